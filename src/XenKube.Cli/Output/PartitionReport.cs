using System.Globalization;
using XenKube.Disks;

namespace XenKube.Cli.Output;

/// <summary>Prints a partition table with the columns of <c>parted unit b print</c>.</summary>
internal static class PartitionReport
{
    public static void Write(TextWriter output, PartitionTable table, IEnumerable<DiskPartition> partitions, bool compact)
    {
        var head = table.Kind switch
        {
            PartitionTableKind.Gpt => $"Disk GUID: {table.Identifier}",
            PartitionTableKind.Mbr => $"Disk identifier: {table.Identifier} (MBR)",
            _ => "No partition table",
        };
        output.WriteLine($"{head}, sector size {table.SectorSize.ToString(CultureInfo.InvariantCulture)} B");
        string Bytes(long value) => compact ? BinarySize.Format(value) : value.ToString(CultureInfo.InvariantCulture) + "B";
        TextTable.Write(output, ["Number", "Start", "End", "Size", "File system", "Name", "Flags"], partitions.Select(partition => new[]
        {
            partition.Number.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            Bytes(partition.Start), Bytes(partition.End), Bytes(partition.Size), partition.FileSystem, partition.Label, Flags(partition),
        }));
    }

    private static string Flags(DiskPartition partition) => partition.Priority is null
        ? string.Join(", ", partition.Flags)
        : string.Join(", ", partition.Flags.Append(string.Create(CultureInfo.InvariantCulture,
            $"(priority {partition.Priority}, tries {partition.Tries}{(partition.Successful == true ? ", successful" : "")})")));
}
