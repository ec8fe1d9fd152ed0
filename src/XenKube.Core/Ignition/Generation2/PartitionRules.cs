using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Generation2;

/// <summary>
/// What partitions of generation 2 must be, with the accidents of the reference where they decide whether a config is valid.
/// </summary>
/// <remarks>Held against Ignition 0.35.0, and 01c039a in ct 0.5.0 and 8bc8a13 in ct 0.9.0.</remarks>
/// <param name="spec">The version of the config.</param>
/// <param name="release">The release of Ignition whose checks and words are used.</param>
internal sealed class PartitionRules(IgnitionSpec spec, Generation2Release release)
{
    private const int SectorsPerMebibyte = 2048;
    private const int PairwiseLimit = 1024;
    private const int LongestLabel = 36;
    private const string LabelTooLong = "partition labels may not exceed 36 characters";
    private const string LabelCut = "partition label will be truncated to text before the colon";

    /// <summary>All partitions of a disk.</summary>
    public void Disk(ConfigValue disk, FindingPlace at)
    {
        var partitions = disk["partitions"].Items;
        var prefix = release == Generation2Release.InCt050 ? $"disk {GoQuote.Quote(disk["device"].Text)}: " : "";
        // The format of 2014 did not know that 0 means the next free number.
        var numbers = partitions.Select(partition => partition["number"].Number)
            .Where(number => number != 0 || spec == IgnitionSpec.V1)
            .ToList();
        at.Error(numbers.Distinct().Count() != numbers.Count ? prefix + "partition numbers collide" : null);
        at.Error(AnyOverlap(partitions) ? prefix + "partitions overlap" : null);
        at.Error(partitions.Exists(partition => partition["start"].Number % SectorsPerMebibyte != 0)
            ? prefix + "partitions misaligned"
            : null);
        if (spec < IgnitionSpec.V2_3)
        {
            return;
        }
        if (partitions.Exists(partition => partition["shouldExist"].IsFalse)
            && partitions.Exists(partition => partition["number"].Number == 0))
        {
            at.Error("shouldExist is false for a partition and other partition(s) has start or size 0");
        }
        at.Error(partitions.Exists(InSectors) && partitions.Exists(InMebibytes) ? "cannot mix MBs and sectors within a disk" : null);
    }

    /// <summary>One partition as a whole.</summary>
    public void Partition(ConfigValue partition, FindingPlace at)
    {
        if (spec < IgnitionSpec.V2_3)
        {
            return;
        }
        at.Error(InSectors(partition) && InMebibytes(partition) ? "cannot mix MBs and sectors within a disk" : null);
        if (partition["shouldExist"].IsFalse
            && (partition["label"].IsSet || partition["typeGuid"].Text.Length > 0 || partition["guid"].Text.Length > 0
                || InSectors(partition)))
        {
            at.Error("shouldExist specified false with other options also specified");
        }
    }

    /// <summary>The label of a partition.</summary>
    public void Label(ConfigValue partition, FindingPlace at)
    {
        var label = partition["label"].Text;
        at.Error(IsTooLong(label) ? LabelTooLong : null);
        at.Warning(release != Generation2Release.InCt050 && HasColon(label) ? LabelCut : null);
    }

    /// <summary>A label by itself, as in 2.0.0, of which only the first fault is reported.</summary>
    public static void LabelText(ConfigValue label, FindingPlace at)
    {
        at.Error(IsTooLong(label.Text) ? LabelTooLong : null);
        at.Warning(!IsTooLong(label.Text) && HasColon(label.Text) ? LabelCut : null);
    }

    /// <summary>The size of a partition in sectors.</summary>
    public void Size(ConfigValue partition, FindingPlace at) =>
        at.Deprecated(spec >= IgnitionSpec.V2_3 && partition["size"].IsSet ? "size is deprecated; use sizeMB instead" : null);

    /// <summary>The first sector of a partition.</summary>
    public void Start(ConfigValue partition, FindingPlace at) =>
        at.Deprecated(spec >= IgnitionSpec.V2_3 && partition["start"].IsSet ? "start is deprecated; use startMB instead" : null);

    /// <summary>The GUID of a partition.</summary>
    public static void PartitionGuid(ConfigValue partition, FindingPlace at) => GuidForm(partition["guid"], at);

    /// <summary>The GUID of a partition's type.</summary>
    public static void TypeGuid(ConfigValue partition, FindingPlace at) => GuidForm(partition["typeGuid"], at);

    /// <summary>A GUID by itself, as in 2.0.0.</summary>
    public static void GuidForm(ConfigValue guid, FindingPlace at) => at.Error(IsGuid(guid.Text) ? null : GptGuid.FormMessage);

    /// <summary>A GUID by itself in the format of 2014.</summary>
    public static void GuidFormOf2014(ConfigValue guid, FindingPlace at) => at.Error(IsGuid(guid.Text)
        ? null
        : $"partition type-guid must have the form \"01234567-89AB-CDEF-EDCB-A98765432101\", got: {GoQuote.Quote(guid.Text)}");

    private static bool IsGuid(string text) => text.Length == 0 || GptGuid.IsValid(text);

    private static bool IsTooLong(string label) => ByteText.Length(label) > LongestLabel;

    private static bool HasColon(string label) => label.Contains(':', StringComparison.Ordinal);

    private static bool InSectors(ConfigValue partition) => partition["size"].IsSet || partition["start"].IsSet;

    private static bool InMebibytes(ConfigValue partition) => partition["sizeMiB"].IsSet || partition["startMiB"].IsSet;

    private bool AnyOverlap(List<ConfigValue> partitions)
    {
        // Only partitions with a fixed start can be compared; since 2.3.0 the size must be given too.
        var placed = partitions
            .Where(partition => partition["start"].Number != 0
                && (spec < IgnitionSpec.V2_3 || (partition["start"].IsSet && partition["size"].IsSet)))
            .Select(partition => (Partition: partition, Start: partition["start"].Number, End: End(partition)))
            .ToList();
        if (placed.Count <= PairwiseLimit)
        {
            return placed.Exists(left => placed.Exists(right =>
                left.Partition != right.Partition && Meet(left.Start, left.End, right.Start, right.End)
                && !AreTwins(left.Partition, right.Partition)));
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
        spec < IgnitionSpec.V2_3
        && left["start"].Number == right["start"].Number && left["size"].Number == right["size"].Number
        && left["number"].Number == right["number"].Number && left["label"].Text == right["label"].Text
        && left["guid"].Text == right["guid"].Text && left["typeGuid"].Text == right["typeGuid"].Text;
}
