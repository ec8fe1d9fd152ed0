namespace XenKube.Ignition.Generation2;

/// <summary>A disk to be partitioned.</summary>
internal sealed class Ign2Disk
{
    public string Device { get; set; } = "";

    public List<Ign2Partition> Partitions { get; set; } = [];

    public bool WipeTable { get; set; }
}
