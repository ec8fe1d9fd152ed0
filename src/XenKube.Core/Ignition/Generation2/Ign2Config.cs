namespace XenKube.Ignition.Generation2;

/// <summary>An Ignition config of generation 2: what 2.1.0 and 2.2.0 can say.</summary>
internal sealed class Ign2Config
{
    public Ign2Ignition Ignition { get; set; } = new();

    public List<Ign2NetworkdUnit> NetworkdUnits { get; set; } = [];

    public Ign2Passwd Passwd { get; set; } = new();

    public Ign2Storage Storage { get; set; } = new();

    public List<Ign2Unit> Units { get; set; } = [];
}
