namespace XenKube.Ignition.Generation2;

/// <summary>What files, directories and links have in common.</summary>
internal abstract class Ign2Node
{
    public string Filesystem { get; set; } = "";

    public Ign2Owner? Group { get; set; }

    public bool? Overwrite { get; set; }

    public string Path { get; set; } = "";

    public Ign2Owner? User { get; set; }
}
