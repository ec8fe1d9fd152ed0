namespace XenKube.Ignition.Generation2;

/// <summary>A link.</summary>
internal sealed class Ign2Link : Ign2Node
{
    public bool Hard { get; set; }

    public string Target { get; set; } = "";
}
