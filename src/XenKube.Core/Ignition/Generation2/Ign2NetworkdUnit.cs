namespace XenKube.Ignition.Generation2;

/// <summary>A networkd unit.</summary>
internal sealed class Ign2NetworkdUnit
{
    public string Contents { get; set; } = "";

    public List<Ign2Dropin> Dropins { get; set; } = [];

    public string Name { get; set; } = "";
}
