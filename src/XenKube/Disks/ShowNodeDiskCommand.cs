using System.Management.Automation;
using System.Management.Automation.Host;
using XenKube.Clusters;
using XenKube.Disks;

namespace XenKube.Commands.Disks;

/// <summary>Draws the partitions of disk images as a bar, to scale, with the used and free space of each.</summary>
[Cmdlet(VerbsCommon.Show, "NodeDisk", DefaultParameterSetName = NameSet)]
[Alias("Show-XenNodeDisk")]
[OutputType(typeof(string))]
public sealed class ShowNodeDiskCommand : DiskCommand
{
    private const long OneMiB = 1 << 20;
    private const int NarrowestBar = 40;
    private const int WidestBar = 120;
    private const int WithoutTerminal = 80;

    /// <summary>Width of the bar in characters. Default: the width of the terminal.</summary>
    [Parameter]
    [ValidateRange(NarrowestBar, 1000)]
    public int Width { get; set; }

    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node)
    {
        var style = GetVariableValue("PSStyle");
        var width = Width > 0 ? Width : Math.Clamp(TerminalWidth() - 1, NarrowestBar, WidestBar);
        var (length, partitions) = ImageReader.ReadOnce(
            path,
            disk => (disk.Device.Length, disk.Partitions.Partitions.OrderBy(partition => partition.Start)
                .Select(partition => new PartitionBar(partition, FreeBytes(disk, partition))).ToArray()),
            StopToken);
        WriteObject($"{Display.Paint(node?.FullName ?? System.IO.Path.GetFileName(path), "Title", style)}  {Display.Size(length)}");
        WriteObject(PartitionBar.Draw(partitions, length, width, style));
        foreach (var partition in partitions)
        {
            WriteObject(partition.Legend);
        }
        var end = partitions.Length == 0 ? 0 : partitions[^1].Partition.End + 1;
        // The space of the backup table after the last partition is not free.
        if (length - end > OneMiB * 4)
        {
            WriteObject($"     {"(free)",-12} {Display.Size(length - end),10}");
        }
    }

    // Without a file system that can be read, used and free space are unknown.
    private static long? FreeBytes(DiskImage disk, DiskPartition partition)
    {
        if (partition.FileSystem.Length == 0)
        {
            return null;
        }
        try
        {
            using var files = disk.OpenFileSystem(partition);
            return files.FreeBytes;
        }
        catch (XenKubeException)
        {
            return null;
        }
    }

    private int TerminalWidth()
    {
        try
        {
            return Host.UI?.RawUI?.BufferSize.Width ?? WithoutTerminal;
        }
        catch (Exception error) when (error is HostException or NotImplementedException)
        {
            return WithoutTerminal;
        }
    }
}
