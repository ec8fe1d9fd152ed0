namespace XenKube.Ignition.Generation2;

/// <summary>A group.</summary>
internal sealed class Ign2Group
{
    public long? Gid { get; set; }

    public string Name { get; set; } = "";

    public string PasswordHash { get; set; } = "";

    public bool System { get; set; }
}
