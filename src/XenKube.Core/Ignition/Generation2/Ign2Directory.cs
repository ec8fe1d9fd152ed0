namespace XenKube.Ignition.Generation2;

/// <summary>A directory.</summary>
internal sealed class Ign2Directory : Ign2Node
{
    public long? Mode { get; set; }
}
