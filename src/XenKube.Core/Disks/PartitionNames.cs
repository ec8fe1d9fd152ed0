using System.Globalization;

namespace XenKube.Disks;

/// <summary>
/// How partitions are named by people. Labels are not keys: gdisk calls every Linux partition "Linux filesystem", and a guest
/// can give any label to any of its partitions. So each partition gets one name that is its own.
/// </summary>
internal static class PartitionNames
{
    private const int Shared = -1;

    /// <summary>Gives each partition of a table its name.</summary>
    public static List<DiskPartition> Give(List<DiskPartition> partitions)
    {
        // Drives know no case, so names that differ in nothing else are shared.
        var owners = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var partition in partitions)
        {
            foreach (var name in new[] { partition.Label, Number(partition), WithNumber(partition) })
            {
                owners[name] = owners.TryGetValue(name, out var owner) && owner != partition.Number ? Shared : partition.Number;
            }
        }
        return [.. partitions.Select(partition => partition with { Name = NameOf(partition, owners) })];
    }

    /// <summary>True where a name can mean the partition.</summary>
    public static bool Means(string name, DiskPartition partition) =>
        name.Length > 0 && (name == partition.Label || name == Number(partition) || name == WithNumber(partition)
            || name == partition.Name);

    private static string NameOf(DiskPartition partition, Dictionary<string, int> owners)
    {
        string[] names = CanBeInPath(partition.Label) ? [partition.Label, WithNumber(partition), Number(partition)] : [Number(partition)];
        return names.FirstOrDefault(name => owners[name] == partition.Number) ?? $"~{Number(partition)}";
    }

    private static bool CanBeInPath(string label) => label is not ("" or "." or "..") && !label.Any(c => c == '/' || char.IsControl(c));

    private static string Number(DiskPartition partition) => partition.Number.ToString(CultureInfo.InvariantCulture);

    private static string WithNumber(DiskPartition partition) => $"{partition.Label}~{Number(partition)}";
}
