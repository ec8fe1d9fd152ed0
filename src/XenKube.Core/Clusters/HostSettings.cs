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
        var address = IPAddress.Parse(settings.Address);
        var (first, last) = settings.ReservationRange!.Value;
        return new GuestSubnet(address, settings.NetworkLength ?? GuestSubnet.UsualPrefix(address))
            { Bridge = settings.Bridge, MacPrefix = settings.MacPrefix, First = first, Last = last };
    }

    /// <summary>The file that the host's firewall is loaded from.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="directory">The XENDIR, in which a path that is not absolute begins; null for none.</param>
    public static string FirewallFileOf(XenSettings settings, string? directory)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.FirewallFile is { } file ? Path.Combine(directory ?? "/", file)
            : FirewallRules.UsualPaths(IPAddress.Parse(settings.Address))[0];
    }

    /// <summary>The same for a check that reports settings which another user could have written: such settings are passed over.</summary>
    /// <param name="directory">The XENDIR; it need not exist yet.</param>
    public static HostOptions ReadTrusted(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        try
        {
            return Read(directory);
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.FileNotTrusted)
        {
            return new HostOptions(directory.Path);
        }
    }

    /// <summary>What plans and checks of the host go by.</summary>
    /// <param name="directory">The XENDIR; it need not exist yet.</param>
    public static HostOptions Read(XenDirectory directory) => Read(directory, settings => settings);

    /// <summary>The same, with settings of a command in place of those of the file.</summary>
    /// <param name="directory">The XENDIR; it need not exist yet.</param>
    /// <param name="change">Puts the settings of the command in.</param>
    /// <exception cref="InvalidInputException">A setting cannot be used.</exception>
    public static HostOptions Read(XenDirectory directory, Func<XenSettings, XenSettings> change)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(change);
        var settings = change(directory.Settings).Checked(null);
        var (first, last) = settings.ReservationRange!.Value;
        return new HostOptions(directory.Path)
        {
            Address = IPAddress.Parse(settings.Address),
            Port = settings.Port,
            Bridge = settings.Bridge,
            MacPrefix = settings.MacPrefix,
            PrefixLength = settings.NetworkLength,
            FirstReservation = first,
            LastReservation = last,
            ReservationsFile = Path.Combine(directory.Path, settings.ReservationsFile),
            DnsmasqUnit = settings.DnsmasqUnit,
            FirewallFile = FirewallFileOf(settings, directory.Path),
            Shutdown = settings.Shutdown,
            NginxDirectory = settings.NginxDirectory is { } nginx ? Path.Combine(directory.Path, nginx) : NginxSite.DefaultDirectory,
            HeldConfigs = settings.HoldConfigs ? new NodeReaders(directory).Held() : [],
            OnWait = directory.OnWait,
        };
    }
}
