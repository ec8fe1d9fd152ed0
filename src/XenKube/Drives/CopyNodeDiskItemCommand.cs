using System.Management.Automation;
using XenKube.FileSystems.Copying;

namespace XenKube.Commands.Drives;

/// <summary>Copies files between the file system and drives over disk images, which PowerShell's own Copy-Item cannot.</summary>
[Cmdlet(VerbsCommon.Copy, "NodeDiskItem", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(void))]
public sealed class CopyNodeDiskItemCommand : XenKubeCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>The items to copy, on a drive over an image or in the file system. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>The items to copy, without wildcards.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The destination, on the other side. If it is a directory, the copy is made inside it.</summary>
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
                        Copy(source);
                    }
                }
            });
        }
    }

    private void Copy(string source)
    {
        var from = Side(source);
        var to = Side(Destination);
        var image = (from.Drive ?? to.Drive)?.DiskPath;
        var options = new TreeCopyOptions { Recurse = Recurse, Failed = error => WriteError(Errors.Record(image is null ? error : error.In(image), source)), Warn = WriteWarning };
        if (from.Drive is null == to.Drive is null)
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, source, null, "source and destination are both on a drive, or both in the host's file system", "Use Copy-Item");
        }
        if (from.Drive is { } reading)
        {
            var place = NodeDiskPath.Parse(from.Path, _ => reading, reading);
            reading.ReadUnrepeated(place.Partition ?? throw reading.NoPartition(place.Label), files =>
            {
                TreeCopy.ToHost(files, place.InnerPath, place.Name, to.Path, options, StopToken);
                return true;
            });
        }
        else
        {
            var place = NodeDiskPath.Parse(to.Path, _ => to.Drive, to.Drive);
            place.Edit(files => TreeCopy.FromHost(from.Path, files, place.InnerPath, options, StopToken), inside: true);
        }
    }

    private (string Path, NodeDiskDrive? Drive) Side(string path)
    {
        var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out var drive);
        if (provider.Name != "NodeDisk")
        {
            // PowerShell drops a slash at the end, by which one says that a directory is meant.
            return (System.IO.Path.GetFileName(path) is "" or "." or ".." ? resolved.TrimEnd('/') + "/" : resolved, null);
        }
        return (resolved, drive as NodeDiskDrive ?? provider.Drives.OfType<NodeDiskDrive>().FirstOrDefault(mounted => resolved.StartsWith(mounted.Root, StringComparison.OrdinalIgnoreCase)));
    }
}
