namespace XenKube.Ignition.Generation2;

/// <summary>A RAID array.</summary>
internal sealed class Ign2Raid
{
    public List<string> Devices { get; set; } = [];

    public string Level { get; set; } = "";

    public string Name { get; set; } = "";

    public List<string> Options { get; set; } = [];

    public long Spares { get; set; }
}
