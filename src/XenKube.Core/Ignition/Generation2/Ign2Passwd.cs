namespace XenKube.Ignition.Generation2;

/// <summary>Users and groups.</summary>
internal sealed class Ign2Passwd
{
    public List<Ign2Group> Groups { get; set; } = [];

    public List<Ign2User> Users { get; set; } = [];
}
