using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>The base of cmdlets that plan or check the whole host: each setting of the XENDIR can be given instead.</summary>
public abstract class HostPlanCommand : XenDirCommand
{
    /// <summary>This host's address on the guests' network. Default: the setting address.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostAddressCompleter))]
    public string? Address { get; set; }

    /// <summary>The port on which the configs are served. Default: the setting port.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>The guests' bridge. Default: the setting bridge.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BridgeCompleter))]
    public string? Bridge { get; set; }

    /// <summary>The guests' network, such as 192.168.100.0/24. Default: the setting network, or the network of the bridge.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Network { get; set; }

    /// <summary>The last numbers of the reserved addresses, such as 10-99. Default: the setting reservations.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reservations { get; set; }

    /// <summary>dnsmasq's file of reservations. Default: the setting reservationsFile.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReservationsFile { get; set; }

    /// <summary>dnsmasq's unit. Default: the setting dnsmasqUnit, or the unit that serves the bridge.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DnsmasqUnit { get; set; }

    /// <summary>The file of firewall rules. Default: the setting firewallFile, or the file that the firewall is loaded from.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? FirewallFile { get; set; }

    /// <summary>nginx's directory. Default: the setting nginxDirectory, or /etc/nginx.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NginxDirectory { get; set; }

    /// <summary>What xendomains does with guests when this host shuts down. Default: the setting shutdown, or as it is.</summary>
    [Parameter]
    [ValidateSet("stop", "save")]
    public string? Shutdown { get; set; }

    /// <summary>The host as the parameters and the settings want it.</summary>
    /// <param name="directory">The XENDIR; it need not exist yet.</param>
    protected HostOptions ReadOptions(XenDirectory directory) => HostSettings.Read(directory, settings => settings with
    {
        Address = Address ?? settings.Address,
        Port = Port ?? settings.Port,
        Bridge = Bridge ?? settings.Bridge,
        Network = Network ?? settings.Network,
        Reservations = Reservations ?? settings.Reservations,
        ReservationsFile = ReservationsFile is null ? settings.ReservationsFile : Resolve(ReservationsFile),
        DnsmasqUnit = DnsmasqUnit ?? settings.DnsmasqUnit,
        Shutdown = Shutdown?.ToLowerInvariant() ?? settings.Shutdown,
        FirewallFile = FirewallFile is null ? settings.FirewallFile : Resolve(FirewallFile),
        NginxDirectory = NginxDirectory is null ? settings.NginxDirectory : Resolve(NginxDirectory),
    });
}
