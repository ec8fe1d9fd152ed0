namespace XenKube.Ignition.Generation2;

/// <summary>How to make a file system, the old way.</summary>
internal sealed class Ign2Create
{
    public bool Force { get; set; }

    public List<string> Options { get; set; } = [];
}
