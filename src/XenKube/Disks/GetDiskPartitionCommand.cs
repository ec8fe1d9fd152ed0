using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Disks;

namespace XenKube.Commands.Disks;

/// <summary>Lists the partitions of disk images, as parted and sgdisk would.</summary>
[Cmdlet(VerbsCommon.Get, "DiskPartition", DefaultParameterSetName = NameSet)]
[Alias("Get-XenDiskPartition")]
[OutputType(typeof(DiskPartition))]
public sealed class GetDiskPartitionCommand : DiskCommand
{
    /// <summary>Labels of the partitions to return. Wildcards are allowed. Default: all.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PartitionLabelCompleter))]
    public string[]? Label { get; set; }

    /// <summary>Shows sizes and places in bytes.</summary>
    [Parameter]
    public SwitchParameter Exact { get; set; }

    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node)
    {
        var table = ImageReader.ReadOnce(path, disk => disk.Partitions, StopToken);
        foreach (var warning in table.Warnings)
        {
            WriteWarning($"{path}: {warning}");
        }
        var patterns = Label?.Select(label => Wildcard.Of(label)).ToArray();
        foreach (var partition in table.Partitions.Where(partition =>
            patterns is null || patterns.Any(pattern => pattern.IsMatch(partition.Label))))
        {
            var shown = PSObject.AsPSObject(partition);
            if (Exact)
            {
                // The view for bytes is chosen by the type's name.
                shown.TypeNames.Insert(0, "XenKube.Disks.DiskPartition#Exact");
            }
            WriteObject(shown);
        }
        foreach (var label in Label?.Where(label => !WildcardPattern.ContainsWildcardCharacters(label)
            && !table.Partitions.Any(partition => Wildcard.Of(label).IsMatch(partition.Label))) ?? [])
        {
            Guard(path, () => ImageReader.ReadOnce(path, disk => disk.GetPartition(label), StopToken));
        }
    }
}
