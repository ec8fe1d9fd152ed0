using System.Collections.ObjectModel;
using System.Management.Automation;
using XenKube.FileSystems.Copying;

namespace XenKube.Commands.Drives;

/// <summary>Copies files between the file system and drives over disk images, which PowerShell's own Copy-Item cannot.</summary>
[Cmdlet(VerbsCommon.Copy, "NodeDiskItem", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[Alias("Copy-XenNodeDiskItem")]
[OutputType(typeof(NodeDiskItem), typeof(FileInfo), typeof(DirectoryInfo))]
public sealed class CopyNodeDiskItemCommand : XenKubeCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string InputObjectSet = "InputObject";

    /// <summary>The items to copy, on a drive over an image or in the file system. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>The items to copy, without wildcards.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The items to copy, as Get-Item and Get-ChildItem return them, or their paths.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>The destination, on the other side. If it is a directory, the copy is made inside it.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Copies directories with everything in them.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>
    /// Keeps owners, set-user-ID and similar bits, access control lists and other extended attributes. Without it a copy into an image
    /// belongs to root, and a copy out of it to the user of this session.
    /// </summary>
    [Parameter]
    public SwitchParameter Preserve { get; set; }

    /// <summary>Owner of the copies by number, or owner and group: <c>500:500</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Owner { get; set; }

    /// <summary>
    /// Permissions of the files that are copied, octal or as <c>-rw-r--r--</c>. A directory that may be read may also be entered.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Mode { get; set; }

    /// <summary>Returns the copies.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private readonly Dictionary<string, string> _copied = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var element in InputObject is null ? [] : PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => CopyObject(new PipedObject(element)));
        }
        foreach (var path in LiteralPath ?? Path ?? [])
        {
            CopyItems(path, isLiteral: LiteralPath is not null);
        }
    }

    private void CopyObject(PipedObject item) =>
        CopyItems(item.FilePath ?? item.Value as string ?? throw new InvalidInputException(ErrorIds.InputInvalid, null, null,
            $"{item} is not a file or a directory", "Pipe items, as Get-Item returns them, or their paths"),
            isLiteral: item.Value is not string);

    private void CopyItems(string path, bool isLiteral)
    {
        foreach (var item in Items(path, isLiteral))
        {
            var source = (string)item.Properties["PSPath"].Value;
            var name = item.BaseObject is NodeDiskItem or FileSystemInfo ? item.BaseObject.ToString()! : path;
            Guard(name, () =>
            {
                if (Should($"Copy {name} to {Destination}"))
                {
                    Copy(source, name);
                }
            });
        }
    }

    // A path that is not there is an error by itself; the next one is taken.
    private Collection<PSObject> Items(string path, bool isLiteral)
    {
        try
        {
            return SessionState.InvokeProvider.Item.Get([path], force: true, literalPath: isLiteral);
        }
        catch (SessionStateException e)
        {
            WriteError(Errors.Again(e));
            return [];
        }
    }

    private void Copy(string source, string name)
    {
        var from = Side(source);
        var to = Side(Destination);
        var image = (from.Drive ?? to.Drive)?.DiskPath;
        var attributes = NodeDiskAttributes.Parse(Owner, Mode);
        var options = new TreeCopyOptions { Recurse = Recurse, Preserve = Preserve, UserId = attributes?.UserId,
            GroupId = attributes?.GroupId, Mode = attributes?.Mode, Failed = error =>
                WriteError(Errors.Record(image is null ? error : error.In(image), name)), Warn = WriteWarning };
        if (from.Drive is null == to.Drive is null)
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, name, null,
                "source and destination are both on a drive, or both in the host's file system", "Use Copy-Item");
        }
        if (from.Drive is { } reading)
        {
            var place = NodeDiskPath.Parse(from.Path, _ => reading, reading);
            RequireOne(to.Path, name, System.IO.Directory.Exists(to.Path));
            var copy = reading.ReadUnrepeated(place.Partition ?? throw reading.NoPartition(place.Label), files =>
                TreeCopy.ToHost(files, place.InnerPath, place.Name, to.Path, options, StopToken));
            if (PassThru)
            {
                WriteObject(System.IO.Directory.Exists(copy) ? new DirectoryInfo(copy) : new FileInfo(copy));
            }
        }
        else
        {
            var place = NodeDiskPath.Parse(to.Path, _ => to.Drive, to.Drive);
            RequireOne(place.FullName, name, place.IsContainer);
            var copy = "";
            place.Edit(files => copy = TreeCopy.FromHost(from.Path, files, place.InnerPath, options, StopToken), inside: true);
            if (PassThru && (place with { InnerPath = copy }) is var made && made.FindItself() is { } entry)
            {
                WriteObject(new NodeDiskItem(made, entry));
            }
        }
    }

    // Of several files in the place of one only the last would be left.
    private void RequireOne(string target, string source, bool isDirectory)
    {
        if (!isDirectory && !_copied.TryAdd(target, source))
        {
            throw new ItemExistsException(ErrorIds.NamesClash, target, null,
                $"{_copied[target]} was copied to it just now, and {source} would replace it", "Copy several files into a directory");
        }
    }

    private (string Path, NodeDiskDrive? Drive) Side(string path)
    {
        var resolved = Unresolved(path, out var provider, out var drive);
        if (provider.Name != "NodeDisk")
        {
            if (provider.Name != "FileSystem")
            {
                throw NotFile(path, provider);
            }
            // PowerShell drops a slash at the end, by which one says that a directory is meant.
            return (System.IO.Path.GetFileName(path) is "" or "." or ".." ? resolved.TrimEnd('/') + "/" : resolved, null);
        }
        return (resolved, drive as NodeDiskDrive ?? provider.Drives.OfType<NodeDiskDrive>()
            .FirstOrDefault(mounted => resolved.StartsWith(mounted.Root, StringComparison.OrdinalIgnoreCase)));
    }
}
