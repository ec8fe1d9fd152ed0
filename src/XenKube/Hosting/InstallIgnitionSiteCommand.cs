using System.Management.Automation;
using System.Net;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Installs the nginx site that serves the published configs to the guests.</summary>
[Cmdlet(VerbsLifecycle.Install, "IgnitionSite", SupportsShouldProcess = true)]
[Alias("Install-XenIgnitionSite")]
[OutputType(typeof(NginxSite))]
public sealed class InstallIgnitionSiteCommand : HostCommand
{
    /// <summary>The address to listen on. Default: dom0's address in the settings, 192.168.100.1.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(HostAddressCompleter))]
    public IPAddress? Address { get; set; }

    /// <summary>The port to listen on. Default: the port in the settings, 80.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Name of the site's file.</summary>
    [Parameter]
    [ValidatePattern("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    public string Name { get; set; } = "xen";

    /// <summary>nginx's directory, with sites-available and sites-enabled. Default: /etc/nginx.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ConfigDirectory { get; set; } = "/etc/nginx";

    /// <summary>nginx's main configuration, if it is not the default one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MainConfiguration { get; set; }

    /// <summary>Disables Debian's default site.</summary>
    [Parameter]
    public SwitchParameter RemoveDefault { get; set; }

    /// <summary>
    /// Holds each node's config to the node's reserved address and this host; others get 404. Install the site again after a change of
    /// reservations. Default: as holdConfigs in the settings says.
    /// </summary>
    [Parameter]
    public SwitchParameter HoldConfigs { get; set; }

    /// <summary>Writes the site without reloading nginx.</summary>
    [Parameter]
    public SwitchParameter NoReload { get; set; }

    /// <summary>Returns the site.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(ConfigDirectory, () =>
    {
        var settings = Directory.Settings;
        var site = new NginxSite
        {
            Root = Directory.NginxPath,
            Address = Address ?? IPAddress.Parse(settings.Address),
            Port = Port ?? settings.Port,
            Name = Name,
            ConfigDirectory = Resolve(ConfigDirectory),
            MainConfiguration = MainConfiguration is null ? null : Resolve(MainConfiguration),
            RemoveDefault = RemoveDefault,
            CanComeBeforeBridge = ConfigDirectory == NginxSite.DefaultDirectory,
            Held = (MyInvocation.BoundParameters.ContainsKey(nameof(HoldConfigs)) ? HoldConfigs : settings.HoldConfigs)
                ? new NodeReaders(Directory).Held() : [],
        };
        if (MakeChange(site.ToChange(),
            $"Install the nginx site {site.AvailablePath} for {site.Root}, have nginx test it, and reload nginx", !NoReload) && PassThru)
        {
            WriteObject(site);
        }
    });
}
