using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Rules;

/// <summary>Extensions of the files of systemd and networkd.</summary>
internal static class UnitName
{
    /// <summary>Whether the name ends like a systemd unit's. Case matters.</summary>
    public static bool IsSystemd(string name) => GoPath.Extension(name) is ".service" or ".socket" or ".device" or ".mount" or ".automount"
        or ".swap" or ".target" or ".path" or ".timer" or ".snapshot" or ".slice" or ".scope";

    /// <summary>Whether the name ends like a networkd unit's.</summary>
    public static bool IsNetworkd(string name) => GoPath.Extension(name) is ".link" or ".netdev" or ".network";

    /// <summary>Whether the name ends like a drop-in's.</summary>
    public static bool IsDropin(string name) => GoPath.Extension(name) == ".conf";
}
