using System.Management.Automation;
using System.Net;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Starts the embedded server, which serves the published configs on hosts without nginx.</summary>
[Cmdlet(VerbsLifecycle.Start, "IgnitionServer", SupportsShouldProcess = true)]
[Alias("Start-XenIgnitionServer")]
[OutputType(typeof(IgnitionServer))]
public sealed class StartIgnitionServerCommand : XenDirCommand
{
    /// <summary>The address to listen on. Default: dom0's address in the settings, 192.168.100.1.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(HostAddressCompleter))]
    public IPAddress? Address { get; set; }

    /// <summary>The port to listen on; 0 takes a free one. Default: the port in the settings, 80.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(0, 65535)]
    public int? Port { get; set; }

    /// <summary>The directory to serve. Default: nginx in XENDIR.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>
    /// Sends each node's config to every client that asks. Default: to the node's reserved address and this host alone; others get 404.
    /// </summary>
    [Parameter]
    public SwitchParameter AnyClient { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Address, () =>
    {
        var settings = Directory.Settings;
        var options = new IgnitionServerOptions(Root is null ? Directory.NginxPath : Resolve(Root), Address
            ?? IPAddress.Parse(settings.Address), Port ?? settings.Port)
        {
            Access = AnyClient ? null : new NodeReaders(Directory).ToAccess(),
        };
        if (Should($"Serve {options.Root} at {options.Address}, port {options.Port}"))
        {
            var server = IgnitionServer.Start(options);
            RunningServers.Add(server);
            WriteObject(server);
        }
    });
}
