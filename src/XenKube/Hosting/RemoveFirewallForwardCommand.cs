using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Commands.Hosting;

/// <summary>Takes away rules that let ports of this host lead to guests; the rest of the file keeps every byte.</summary>
[Cmdlet(VerbsCommon.Remove, "FirewallForward", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[Alias("Remove-XenFirewallForward")]
[OutputType(typeof(void))]
public sealed class RemoveFirewallForwardCommand : FirewallFileCommand
{
    /// <summary>The ports of this host, as Get-FirewallForward shows them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public PortRange Port { get; set; }

    /// <summary>The guest's address. Default: any.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("IPAddress")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public string? To { get; set; }

    /// <summary>The protocol of the packets.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateSet("tcp", "udp")]
    public string Protocol { get; set; } = "tcp";

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(LiteralPath ?? Path, () =>
    {
        var (file, network, to) = (File, Network, AddressOf(To, "To"));
        MakeEdit(() => FirewallRules.Read(file).WithoutForwards(Port, to, Protocol, network).ToChange(Apply),
            $"Let {Protocol} {Port} lead to no guest in {file}", Apply, asks: !Force);
    });
}
