using System.Text;
using XenKube.Disks;

namespace XenKube.Commands.Disks;

/// <summary>A partition as Show-NodeDisk draws it.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Free">How many bytes its file system has free; null where it has none.</param>
internal sealed record PartitionBar(DiskPartition Partition, long? Free)
{
    private const char UsedMark = '█';
    private const char FreeMark = '░';
    private const char EmptyMark = '·';

    /// <summary>The line about it under the bar.</summary>
    public string Legend =>
        $"{Partition.Number,3}  {Name,-12} {Display.Size(Partition.Size),10}  {Partition.FileSystem,-6}{(Free is { } free ? $" {Display.Size(Partition.Size - free),10} used {Display.Size(free),10} free" : "")}".TrimEnd();

    private string Name => Display.Name(Partition.ToString());

    /// <summary>
    /// The bar: each partition has its share of the width, and at least one column besides the line before it; its name, and in the
    /// rest of its columns what is used and free, to scale as well. Dots are a partition without a file system, blanks no partition.
    /// </summary>
    public static string Draw(IReadOnlyList<PartitionBar> partitions, long length, int width, object? style)
    {
        var bar = new StringBuilder();
        var drawn = 0;
        for (var i = 0; i < partitions.Count; i++)
        {
            var partition = partitions[i].Partition;
            var from = Math.Max(drawn, (int)(partition.Start * width / length));
            // Each of the following partitions keeps two columns, however small it is.
            var to = Math.Clamp((int)((partition.End + 1) * width / length), from + 2,
                Math.Max(from + 2, width - (2 * (partitions.Count - 1 - i))));
            bar.Append(' ', from - drawn).Append('|').Append(partitions[i].Fill(to - from - 1, style));
            drawn = to;
        }
        return bar.Append('|').Append(' ', Math.Max(0, width - drawn - 1)).ToString().TrimEnd();
    }

    private string Fill(int columns, object? style)
    {
        var name = columns > Name.Length ? Name : "";
        var rest = columns - name.Length;
        if (Free is not { } free)
        {
            return name + new string(EmptyMark, rest);
        }
        var used = Partition.Size == 0 ? 0 : (int)Math.Round((Partition.Size - free) * (double)rest / Partition.Size);
        return name + Display.Paint(new string(UsedMark, used), "Doubtful", style)
            + Display.Paint(new string(FreeMark, rest - used), "Good", style);
    }
}
