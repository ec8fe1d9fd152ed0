using System.Net;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>A guest's configuration, made and checked, not yet written.</summary>
/// <param name="Name">The domain's name.</param>
/// <param name="ConfigPath">Where the configuration goes.</param>
/// <param name="DiskPath">The image it boots from.</param>
/// <param name="MacAddress">Its MAC address.</param>
/// <param name="IPAddress">The address reserved for that; null where there is no reservation.</param>
/// <param name="Config">The configuration.</param>
public sealed record PlannedGuest(string Name, string ConfigPath, string DiskPath, MacAddress MacAddress, IPAddress? IPAddress,
    XenGuestConfig Config)
{
    /// <summary>Writes the configuration, in one step.</summary>
    public void Write() => Config.Save(ConfigPath);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
