using System.Net;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Hosting.Dnsmasq;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>How a dom0 is to be set up; the guide's values where nothing else is said.</summary>
/// <param name="XenDir">XENDIR.</param>
public sealed record HostOptions(string XenDir)
{
    /// <summary>Where things are in XENDIR.</summary>
    public XenDirLayout Layout => new(XenDir);

    /// <summary>dom0's address on the guests' network.</summary>
    public IPAddress Address { get; init; } = IPAddress.Parse(GuideDefaults.Address);

    /// <summary>The port the configs are served on.</summary>
    public int Port { get; init; } = GuideDefaults.Port;

    /// <summary>The guests' bridge.</summary>
    public string Bridge { get; init; } = GuideDefaults.Bridge;

    /// <summary>How many bits of an address name the guests' network; null for as many as the bridge's address has.</summary>
    public int? PrefixLength { get; init; }

    /// <summary>The first five bytes of reserved MAC addresses.</summary>
    public string MacPrefix { get; init; } = GuideDefaults.MacPrefix;

    /// <summary>The first number that gets a reservation.</summary>
    public int FirstReservation { get; init; } = GuideDefaults.FirstReservation;

    /// <summary>The last number that gets a reservation.</summary>
    public int LastReservation { get; init; } = GuideDefaults.LastReservation;

    /// <summary>dnsmasq's hosts file.</summary>
    public string ReservationsFile { get; init; } = GuideDefaults.ReservationsFile;

    /// <summary>dnsmasq's unit; null for the guide's, dnsmasq@BRIDGE.service.</summary>
    public string? DnsmasqUnit { get; init; }

    /// <summary>The firewall's rules.</summary>
    public string FirewallFile { get; init; } = FirewallRules.DefaultPath;

    /// <summary>nginx's directory.</summary>
    public string NginxDirectory { get; init; } = NginxSite.DefaultDirectory;

    /// <summary>What xendomains does with guests when dom0 shuts down, <c>stop</c> or <c>save</c>; null to leave it as it is.</summary>
    public string? Shutdown { get; init; }

    /// <summary>nginx's main configuration, where it is not the system's.</summary>
    public string? NginxConfiguration { get; init; }

    /// <summary>True to take Debian's default site out of sites-enabled, as the guide does.</summary>
    public bool RemoveDefaultSite { get; init; }

    /// <summary>The configs that nginx holds to one address each; empty to serve every config to every client.</summary>
    public IReadOnlyList<(string Path, IPAddress Address)> HeldConfigs { get; init; } = [];

    /// <summary>Where replaced files are kept.</summary>
    public string BackupDirectory { get; init; } = BackupStore.DefaultDirectory;

    /// <summary>False to write files without telling the services.</summary>
    public bool Activate { get; init; } = true;

    /// <summary>How to talk to Xen.</summary>
    public XlOptions Xl { get; init; } = new();

    /// <summary>Where the host's other files are; tests have a tree of their own.</summary>
    internal string SystemRoot { get; init; } = "/";

    /// <summary>Called with who is at work in XENDIR when that has to be waited for; null for nobody.</summary>
    internal Action<string>? OnWait { get; init; }

    /// <summary>How the host's programs are run; tests have programs of their own.</summary>
    internal HostPrograms Programs { get; init; } = HostPrograms.Usual;

    /// <summary>The guide's site of nginx.</summary>
    internal NginxSite Site => new() { Root = Layout.NginxPath, Address = Address, Port = Port, ConfigDirectory = NginxDirectory,
        MainConfiguration = NginxConfiguration, RemoveDefault = RemoveDefaultSite, Held = HeldConfigs, Programs = Programs,
        SystemRoot = SystemRoot };

    /// <summary>How long a server that may just have been reloaded is given to serve XENDIR.</summary>
    internal TimeSpan ServingPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The guests' network: dom0's address, and the size that the bridge has.</summary>
    internal BridgeNetwork Network => PrefixLength is { } length && Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
        ? new(Address, length) : BridgeNetwork.Of(Address, Bridge);

    /// <summary>The instances of dnsmasq that serve the bridge or read the file of reservations.</summary>
    internal IReadOnlyList<DnsmasqInstance> Dnsmasqs => DnsmasqInstance.Of(new HostTree(SystemRoot), Bridge, Address, ReservationsFile);

    /// <summary>The files that the firewall is loaded from: the one that was named, or those that the host's services load.</summary>
    internal IReadOnlyList<string> FirewallFiles => FirewallRules.UsualPaths(Address) is var usual && usual[0] == FirewallFile
        ? usual : [FirewallFile];

    /// <summary>The program that writes the firewall's rules itself; null where a file is edited.</summary>
    internal ForeignFirewall? ForeignFirewall => FirewallFile == FirewallRules.UsualPath(Address)
        || FirewallFile == FirewallRules.NftablesPath || SystemRoot != "/"
        ? ForeignFirewall.Find(SystemRoot) : null;

    /// <summary>The guests' network as the firewall sees it.</summary>
    internal GuestSubnet Guests => new(Address, Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
        ? Network.PrefixLength : PrefixLength ?? GuestSubnet.UsualPrefix(Address))
    {
        Bridge = Bridge,
        MacPrefix = MacPrefix,
        First = FirstReservation,
        Last = LastReservation,
    };
}
