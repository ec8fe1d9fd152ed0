using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;
using XenKube.Clusters;
using XenKube.Disks;

namespace XenKube.Commands;

/// <summary>Draws the partitions of disk images as a bar, to scale.</summary>
[Cmdlet(VerbsCommon.Show, "NodeDisk", DefaultParameterSetName = NameSet)]
[OutputType(typeof(string))]
public sealed class ShowNodeDiskCommand : DiskCommand
{
    private const int NarrowestBar = 40;
    private const int WidestBar = 120;

    /// <summary>Width of the bar in characters. Default: that of the terminal.</summary>
    [Parameter]
    [ValidateRange(NarrowestBar, 1000)]
    public int Width { get; set; }

    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node)
    {
        using var disk = NodeDisk.OpenRead(path);
        var width = Width > 0 ? Width : Math.Clamp(TerminalWidth() - 1, NarrowestBar, WidestBar);
        WriteObject($"{node?.FullName ?? System.IO.Path.GetFileName(path)}  {Display.Size(disk.Device.Length)}");
        foreach (var line in Bar(disk.Partitions.Partitions, disk.Device.Length, width))
        {
            WriteObject(line);
        }
    }

    private int TerminalWidth()
    {
        try
        {
            return Host.UI.RawUI.BufferSize.Width;
        }
        catch (Exception error) when (error is HostException or NotImplementedException or NullReferenceException)
        {
            return 80;
        }
    }

    // Every partition gets its share of the width, and at least one column; shaded where it has a file system, dotted
    // where it has none, blank where the disk has no partition.
    private static IEnumerable<string> Bar(IReadOnlyList<DiskPartition> partitions, long length, int width)
    {
        var bar = new StringBuilder(width);
        var legend = new List<string>();
        var end = 0L;
        foreach (var partition in partitions.OrderBy(partition => partition.Start))
        {
            var from = Math.Max(bar.Length, (int)(partition.Start * width / length));
            bar.Append(' ', Math.Max(0, from - bar.Length));
            var columns = Math.Max(1, (int)((partition.End + 1) * width / length) - bar.Length);
            var filled = partition.FileSystem.Length > 0;
            var text = partition.ToString();
            bar.Append(columns >= text.Length + 2 ? $"|{text}{new string(filled ? '=' : '.', columns - text.Length - 1)}" : "|" + new string(filled ? '=' : '.', columns - 1));
            legend.Add($"{partition.Number,3}  {text,-12} {Display.Size(partition.Size),10}  {partition.FileSystem}");
            end = partition.End + 1;
        }
        bar.Append('|');
        yield return bar.ToString();
        foreach (var line in legend)
        {
            yield return line;
        }
        if (end < length)
        {
            yield return $"     {"(free)",-12} {Display.Size(length - end),10}";
        }
    }
}
