using System.Text;
using XenKube.Ignition.Model;
using Finding = (XenKube.Ignition.ReportKind Kind, string Message);

namespace XenKube.Ignition.Validation.Generation2;

/// <summary>What partitions of generation 2 must be, with the accidents of the reference where they decide whether a config is valid.</summary>
internal sealed class PartitionRules(int spec)
{
    private const int SectorsPerMebibyte = 2048;
    private const int PairwiseLimit = 1024;

    /// <summary>The rules over all partitions of a disk.</summary>
    public IEnumerable<Finding> Disk(ConfigValue disk)
    {
        var partitions = disk["partitions"].Items;
        // The format of 2014 did not know that 0 means the next free number.
        var numbers = partitions.Select(partition => partition["number"].Number).Where(number => number != 0 || spec == 10).ToList();
        if (numbers.Distinct().Count() != numbers.Count)
        {
            yield return Error("partition numbers collide");
        }
        if (AnyOverlap(partitions))
        {
            yield return Error("partitions overlap");
        }
        if (partitions.Exists(partition => partition["start"].Number % SectorsPerMebibyte != 0))
        {
            yield return Error("partitions misaligned");
        }
        if (spec < 23)
        {
            yield break;
        }
        if (partitions.Exists(partition => partition["shouldExist"].IsFalse) && partitions.Exists(partition => partition["number"].Number == 0))
        {
            yield return Error("shouldExist is false for a partition and other partition(s) has start or size 0");
        }
        if (partitions.Exists(InSectors) && partitions.Exists(InMebibytes))
        {
            yield return Error("cannot mix MBs and sectors within a disk");
        }
    }

    /// <summary>The rules over one partition as a whole.</summary>
    public IEnumerable<Finding> Partition(ConfigValue partition)
    {
        if (spec < 23)
        {
            yield break;
        }
        if (InSectors(partition) && InMebibytes(partition))
        {
            yield return Error("cannot mix MBs and sectors within a disk");
        }
        if (partition["shouldExist"].IsFalse
            && (partition["label"].IsSet || partition["typeGuid"].Text.Length > 0 || partition["guid"].Text.Length > 0 || InSectors(partition)))
        {
            yield return Error("shouldExist specified false with other options also specified");
        }
    }

    /// <summary>The rules about a label.</summary>
    public static IEnumerable<Finding> Label(string label)
    {
        if (Encoding.UTF8.GetByteCount(label) > 36)
        {
            yield return Error("partition labels may not exceed 36 characters");
        }
        if (label.Contains(':', StringComparison.Ordinal))
        {
            yield return (ReportKind.Warning, "partition label will be truncated to text before the colon");
        }
    }

    private static bool InSectors(ConfigValue partition) => partition["size"].IsSet || partition["start"].IsSet;

    private static bool InMebibytes(ConfigValue partition) => partition["sizeMiB"].IsSet || partition["startMiB"].IsSet;

    private bool AnyOverlap(List<ConfigValue> partitions)
    {
        // Only partitions with a fixed start can be compared; since 2.3.0 the size must be given too.
        var placed = partitions
            .Where(partition => partition["start"].Number != 0 && (spec < 23 || (partition["start"].IsSet && partition["size"].IsSet)))
            .Select(partition => (Partition: partition, Start: partition["start"].Number, End: End(partition)))
            .ToList();
        if (placed.Count <= PairwiseLimit)
        {
            return placed.Exists(left => placed.Exists(right =>
                left.Partition != right.Partition && Meet(left.Start, left.End, right.Start, right.End) && !AreTwins(left.Partition, right.Partition)));
        }
        // No disk has so many; comparing neighbours keeps a hostile config from taking hours.
        placed.Sort((left, right) => (left.Start, left.End).CompareTo((right.Start, right.End)));
        var furthest = placed[0];
        foreach (var next in placed.Skip(1))
        {
            if (next.Start <= furthest.End && !AreTwins(next.Partition, furthest.Partition))
            {
                return true;
            }
            furthest = next.End > furthest.End ? next : furthest;
        }
        return false;
    }

    /// <summary>Whether one starts or ends within the other or lies around it. A size below zero makes the ends come first.</summary>
    private static bool Meet(Int128 start, Int128 end, Int128 otherStart, Int128 otherEnd) =>
        IsWithin(start, otherStart, otherEnd) || IsWithin(end, otherStart, otherEnd) || (start < otherStart && end > otherEnd);

    private static bool IsWithin(Int128 sector, Int128 start, Int128 end) => sector >= start && sector <= end;

    private static Int128 End(ConfigValue partition)
    {
        var (start, size) = (partition["start"].Number, partition["size"].Number);
        return size == 0 ? start : start + size - 1;
    }

    /// <summary>Before 2.3.0 the reference took two equal partitions for one and the same.</summary>
    private bool AreTwins(ConfigValue left, ConfigValue right) =>
        spec < 23
        && left["start"].Number == right["start"].Number && left["size"].Number == right["size"].Number
        && left["number"].Number == right["number"].Number && left["label"].Text == right["label"].Text
        && left["guid"].Text == right["guid"].Text && left["typeGuid"].Text == right["typeGuid"].Text;

    private static Finding Error(string message) => (ReportKind.Error, message);
}
