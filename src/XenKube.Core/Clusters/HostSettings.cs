using System.Net;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Clusters;

/// <summary>The host as a XENDIR's settings want it.</summary>
public static class HostSettings
{
    /// <summary>The guests' network as the settings have it.</summary>
    /// <param name="settings">The settings.</param>
    public static GuestSubnet NetworkOf(XenSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return GuestSubnet.Of(IPAddress.Parse(settings.Address)) with { Bridge = settings.Bridge, MacPrefix = settings.MacPrefix };
    }

    /// <summary>What plans and checks of the host go by.</summary>
    /// <param name="directory">The XENDIR; it need not exist yet.</param>
    public static HostOptions Read(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var settings = directory.Settings;
        return new HostOptions(directory.Path)
        {
            Address = IPAddress.Parse(settings.Address),
            Port = settings.Port,
            Bridge = settings.Bridge,
            MacPrefix = settings.MacPrefix,
            ReservationsFile = directory.ReservationsPath,
            HeldConfigs = settings.HoldConfigs ? new NodeReaders(directory).Held() : [],
            OnWait = directory.OnWait,
        };
    }
}
