using System.Text;
using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Generation3;

/// <summary>The rules about disks and partitions.</summary>
/// <remarks>Held against Ignition 2.16.2 and Ignition 2.26.0.</remarks>
internal static class DiskRules
{
    private const int LongestLabel = 36;
    private const int PairwiseLimit = 1024;

    /// <summary>One disk. Without a device nothing else about it is looked at, though its partitions are.</summary>
    public static void Disk(ConfigValue disk, FindingPlace at)
    {
        var device = disk["device"].Text;
        if (device.Length == 0)
        {
            at.Error("device", "disk device is required");
            return;
        }
        at.Error("device", NodePath.Validate(device));
        var partitions = disk["partitions"].Items;
        var list = at.Field("partitions");
        AddAt(
            list,
            FirstRepeated(partitions, partition => partition["number"].Number != 0 ? partition["number"].Number : null),
            "partition numbers collide");
        AddAt(list, FirstOverlap(partitions), "partitions overlap");
        if (partitions.Exists(partition => partition["number"].Number == 0)
            && partitions.Exists(partition => partition["shouldExist"].IsFalse))
        {
            // In truth a number of 0, which the text calls a start or size.
            list.Error("shouldExist is false for a partition and other partition(s) has start or size 0");
        }
        AddAt(
            list,
            FirstRepeated(partitions, partition => partition["label"].IsSet ? partition["label"].Text : null),
            "cannot use the same partition label twice");
    }

    /// <summary>One partition.</summary>
    public static void Partition(ConfigValue partition, FindingPlace at)
    {
        var label = partition["label"];
        if (partition["shouldExist"].IsFalse
            && (label.IsSet || partition["typeGuid"].HasText || partition["guid"].HasText || partition["startMiB"].IsSet
                || partition["sizeMiB"].IsSet))
        {
            at.Error("shouldExist specified false with other options also specified");
        }
        if (partition["number"].Number == 0 && !label.IsSet)
        {
            at.Error("a partition number >= 1 or a label must be specified");
        }
        at.Error(
            "label",
            Encoding.UTF8.GetByteCount(label.Text) > LongestLabel ? "partition labels may not exceed 36 characters"
            : label.Text.Contains(':', StringComparison.Ordinal) ? "partition label will be truncated to text before the colon"
            : null);
        foreach (var name in (ReadOnlySpan<string>)["guid", "typeGuid"])
        {
            at.Error(name, partition[name].HasText && !GptGuid.IsValid(partition[name].Text) ? GptGuid.FormMessage : null);
        }
    }

    private static void AddAt(FindingPlace list, int? index, string message)
    {
        if (index is { } found)
        {
            list.Item(found).Error(message);
        }
    }

    private static int? FirstRepeated(List<ConfigValue> partitions, Func<ConfigValue, object?> key)
    {
        var seen = new HashSet<object>();
        for (var i = 0; i < partitions.Count; i++)
        {
            if (key(partitions[i]) is { } value && !seen.Add(value))
            {
                return i;
            }
        }
        return null;
    }

    /// <summary>Of the first partition that overlaps another, the index of the other.</summary>
    private static int? FirstOverlap(List<ConfigValue> partitions)
    {
        var placed = new List<(int Index, Int128 Start, Int128 End)>();
        for (var i = 0; i < partitions.Count; i++)
        {
            var (start, size) = (partitions[i]["startMiB"], partitions[i]["sizeMiB"]);
            if (start.IsSet && size.IsSet && start.Number != 0)
            {
                placed.Add((i, start.Number, size.Number == 0 ? start.Number : start.Number + size.Number - 1));
            }
        }
        if (placed.Count > PairwiseLimit)
        {
            // No disk has so many; comparing neighbours keeps a hostile config from taking hours.
            placed.Sort((left, right) => left.Start.CompareTo(right.Start));
            for (var i = 1; i < placed.Count; i++)
            {
                if (placed[i].Start <= placed[i - 1].End)
                {
                    return placed[i].Index;
                }
            }
            return null;
        }
        foreach (var one in placed)
        {
            foreach (var other in placed)
            {
                if (one.Index != other.Index
                    && (IsWithin(one.Start, other) || IsWithin(one.End, other) || (one.Start < other.Start && one.End > other.End)))
                {
                    return other.Index;
                }
            }
        }
        return null;
    }

    private static bool IsWithin(Int128 place, (int Index, Int128 Start, Int128 End) range) => place >= range.Start && place <= range.End;
}
