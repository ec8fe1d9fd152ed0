namespace XenKube.Ignition.Generation2;

/// <summary>A user or group, by number or name.</summary>
internal sealed class Ign2Owner
{
    public long? Id { get; set; }

    public string Name { get; set; } = "";
}
