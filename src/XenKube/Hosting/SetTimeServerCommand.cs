using System.Management.Automation;
using System.Net;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Makes the host's time service serve the guests' network: ntp, NTPsec, chrony or OpenNTPD, whichever runs.</summary>
[Cmdlet(VerbsCommon.Set, "TimeServer", SupportsShouldProcess = true)]
[Alias("Set-XenTimeServer")]
[OutputType(typeof(TimeServer))]
public sealed class SetTimeServerCommand : HostCommand
{
    /// <summary>
    /// The broadcast address of the guests' network. Default: the network of the settings' bridge, whose broadcast address is
    /// 192.168.100.255.
    /// </summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(HostAddressCompleter))]
    public IPAddress? Broadcast { get; set; }

    /// <summary>
    /// The configuration of the time service. Wildcards are allowed if they match one file. Default: the configuration of the installed
    /// service.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The configuration of the time service, taken as it is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>The time service that the configuration belongs to.</summary>
    [Parameter]
    public TimeServerKind Kind { get; set; }

    /// <summary>Restarts the time service.</summary>
    [Parameter]
    public SwitchParameter Apply { get; set; }

    /// <summary>Returns the time service.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(LiteralPath ?? Path, () =>
    {
        var server = Path is not null || LiteralPath is not null
            ? TimeServer.Read(OneFile(Path, LiteralPath, () => ""), Kind)
            : TimeServer.Find() ?? throw new ItemNotFoundException(ErrorIds.TimeServerMissing, null, null,
                "this host has no time service that could serve a network", "Install ntpsec or chrony");
        var changed = server;
        TimeServer Serving(TimeServer now) => Broadcast is null
            ? now.WithBridge(IPAddress.Parse(Settings.Address), Settings.Bridge) : now.WithBroadcast(Broadcast);
        if (MakeEdit(() => (changed = Serving(File.Exists(server.Path) ? TimeServer.Read(server.Path, server.Kind) : server))
            .ToChange(Apply), $"Serve the time to {Broadcast?.ToString() ?? "the guests"}, in {server.Path}", Apply) && PassThru)
        {
            WriteObject(changed);
        }
    });
}
