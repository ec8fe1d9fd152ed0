using System.Net;
using XenKube.Hosting;

namespace XenKube.Clusters;

/// <summary>The host as a XENDIR's settings want it.</summary>
public static class HostSettings
{
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
            OnWait = directory.OnWait,
        };
    }
}
