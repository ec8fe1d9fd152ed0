namespace XenKube;

/// <summary>
/// The guide's values, which hold where neither <c>xenkube.json</c> nor the user says something else. Every default of the library
/// and of both front ends is one of these.
/// </summary>
public static class GuideDefaults
{
    /// <summary>dom0's address on the guests' network.</summary>
    public const string Address = "192.168.100.1";

    /// <summary>TCP port on which the configs are served.</summary>
    public const int Port = 80;

    /// <summary>The bridge that guests are attached to.</summary>
    public const string Bridge = "virbr1";

    /// <summary>
    /// The first five bytes of the guests' MAC addresses; the sixth is the last number of the IP address, written with its decimal digits.
    /// </summary>
    public const string MacPrefix = "00:16:3e:4e:31";

    /// <summary>dnsmasq's file of reservations.</summary>
    public const string ReservationsFile = $"/var/lib/dnsmasq/{Bridge}/hostsfile";

    /// <summary>The last number of the first address that gets a reservation.</summary>
    public const int FirstReservation = 10;

    /// <summary>The last number of the last address that gets a reservation.</summary>
    public const int LastReservation = 99;

    /// <summary>Memory of a guest in MiB.</summary>
    public const int Memory = 1024;

    /// <summary>Virtual processors of a guest.</summary>
    public const int VCpus = 1;

    /// <summary>Model of a guest's network card.</summary>
    public const string NetworkModel = "rtl8139";

    /// <summary>Boot loader of a pv guest.</summary>
    public const string BootLoader = "pygrub";

    /// <summary>The configuration of a bridge's dnsmasq.</summary>
    /// <param name="bridge">The bridge.</param>
    public static string DnsmasqConfiguration(string bridge) => $"/var/lib/dnsmasq/{bridge}/dnsmasq.conf";

    /// <summary>dnsmasq's unit for a bridge.</summary>
    /// <param name="bridge">The bridge.</param>
    public static string DnsmasqUnit(string bridge) => $"dnsmasq@{bridge}.service";
}
