namespace XenKube.Ignition.Generation2;

/// <summary>A file.</summary>
internal sealed class Ign2File : Ign2Node
{
    public bool Append { get; set; }

    public string Compression { get; set; } = "";

    public string Source { get; set; } = "";

    public string? Hash { get; set; }

    public long? Mode { get; set; }
}
