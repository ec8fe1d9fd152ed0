using System.Management.Automation;
using XenKube.FileSystems;
using XenKube.FileSystems.Detection;

namespace XenKube.Commands.Drives;

/// <summary>Copies files between the file system and drives over disk images, which PowerShell's own Copy-Item cannot.</summary>
[Cmdlet(VerbsCommon.Copy, "NodeDiskItem", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(void))]
public sealed class CopyNodeDiskItemCommand : XenKubeCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>What to copy, on a drive over an image or in the file system. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>What to copy, taken as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Where to, on the other side; a directory means a place in it.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Copies directories with everything in them.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in LiteralPath ?? Path!)
        {
            Guard(path, () =>
            {
                foreach (var item in SessionState.InvokeProvider.Item.Get([path], force: true, literalPath: LiteralPath is not null))
                {
                    var source = (string)item.Properties["PSPath"].Value;
                    if (Should($"Copy {path} to {Destination}"))
                    {
                        try
                        {
                            Copy(source);
                        }
                        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                        {
                            throw new OperationFailedException("FileNotCopied", Destination, null, e.Message, innerException: e);
                        }
                    }
                }
            });
        }
    }

    private void Copy(string source)
    {
        var from = Side(source);
        var to = Side(Destination);
        var target = SessionState.InvokeProvider.Item.IsContainer(Destination) ? System.IO.Path.Combine(to.Path, SessionState.Path.ParseChildName(source)) : to.Path;
        if (from.Drive is null == to.Drive is null)
        {
            throw new InvalidInputException("PathInvalid", source, null, "both places are on the same side", "Use Copy-Item");
        }
        if (from.Drive is { } reading)
        {
            var place = NodeDiskPath.Parse(from.Path, _ => reading);
            Out(place.FileSystem, place.InnerPath, target);
        }
        else
        {
            var place = NodeDiskPath.Parse(target, _ => to.Drive);
            In(from.Path, place.Writable(), place.InnerPath);
        }
    }

    private (string Path, NodeDiskDrive? Drive) Side(string path)
    {
        var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out var drive);
        return provider.Name != "NodeDisk" ? (resolved, null)
            : (resolved, drive as NodeDiskDrive ?? provider.Drives.OfType<NodeDiskDrive>().FirstOrDefault(mounted => resolved.StartsWith(mounted.Name, StringComparison.OrdinalIgnoreCase)));
    }

    private void Out(IFileSystem files, string path, string target)
    {
        StopToken.ThrowIfCancellationRequested();
        if (files.Find(path) is { Kind: FileSystemEntryKind.Directory })
        {
            Directory.CreateDirectory(target);
            foreach (var child in Recurse ? files.List(path) : [])
            {
                // The names are the image's: none of them may lead out of the destination.
                if (child.Name is "." or ".." || child.Name.Contains('/', StringComparison.Ordinal))
                {
                    continue;
                }
                var place = System.IO.Path.Combine(target, child.Name);
                if (child.Kind == FileSystemEntryKind.SymbolicLink)
                {
                    // A link stays a link: what it points to is the guest's, and may not be there.
                    File.Delete(place);
                    File.CreateSymbolicLink(place, child.LinkTarget!);
                }
                else if (child.Kind != FileSystemEntryKind.Special)
                {
                    Out(files, child.Path, place);
                }
            }
            return;
        }
        using var content = files.OpenRead(path);
        using (var file = File.Create(target))
        {
            content.CopyTo(file);
        }
        if (files.Find(path) is { } entry)
        {
            File.SetUnixFileMode(target, (UnixFileMode)(entry.Mode & 0x1FF) | UnixFileMode.UserWrite);
        }
    }

    private void In(string path, IFileSystem files, string target)
    {
        StopToken.ThrowIfCancellationRequested();
        if (!Directory.Exists(path))
        {
            files.WriteFile(target, ReadFile(path), new FileAttributesChange(Mode: (int)File.GetUnixFileMode(path) & 0x1FF));
            return;
        }
        if (files.Find(target) is null)
        {
            files.CreateDirectory(target, new FileAttributesChange(Mode: (int)File.GetUnixFileMode(path) & 0x3FF));
        }
        foreach (var child in Recurse ? Directory.EnumerateFileSystemEntries(path) : [])
        {
            var place = $"{target.TrimEnd('/')}/{System.IO.Path.GetFileName(child)}";
            if (new FileInfo(child).LinkTarget is not { } link)
            {
                In(child, files, place);
            }
            else if (files.Find(place, followLink: false) is null or { Kind: FileSystemEntryKind.SymbolicLink })
            {
                // A link stays a link, on this way as well: it may lead in a circle here, or mean something in the guest only.
                files.Remove(place);
                files.CreateSymbolicLink(place, link);
            }
        }
    }
}
