namespace XenKube.Ignition.Generation2;

/// <summary>A config or certificate elsewhere.</summary>
internal sealed class Ign2Reference
{
    public string Source { get; set; } = "";

    public string? Hash { get; set; }
}
