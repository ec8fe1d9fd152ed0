namespace XenKube.Ignition.Generation2;

/// <summary>A file system, mounted or at a path.</summary>
internal sealed class Ign2Filesystem
{
    public Ign2Mount? Mount { get; set; }

    public string Name { get; set; } = "";

    public string? Path { get; set; }
}
