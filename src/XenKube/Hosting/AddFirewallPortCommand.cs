using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Commands.Hosting;

/// <summary>Opens ports for the guests, by the smallest rule in the host's firewall file; the rest of the file keeps every byte.</summary>
[Cmdlet(VerbsCommon.Add, "FirewallPort", SupportsShouldProcess = true, DefaultParameterSetName = PortSet)]
[Alias("Add-XenFirewallPort")]
[OutputType(typeof(FirewallRule))]
public sealed class AddFirewallPortCommand : FirewallFileCommand
{
    private const string PortSet = "Port";
    private const string GuideSet = "Guide";

    /// <summary>The ports to open: numbers, or ranges such as 31000-39999.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PortSet)]
    public PortRange[]? Port { get; set; }

    /// <summary>
    /// The chain: INPUT for packets to this host, FORWARD for packets to the guests, or a chain that one of them jumps to. Default: INPUT.
    /// </summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChainCompleter))]
    public string Chain { get; set; } = "INPUT";

    /// <summary>The protocol of the rule. Default: tcp.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateSet("tcp", "udp")]
    public string Protocol { get; set; } = "tcp";

    /// <summary>
    /// The interface by which the packets come in; + for any. Default: the guests' bridge for INPUT, any for other chains.
    /// </summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string? InInterface { get; set; }

    /// <summary>The interface by which the packets leave; + for any. Default: the guests' bridge for FORWARD.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string? OutInterface { get; set; }

    /// <summary>Opens what the guide opens: HTTP and time to dom0 for the guests, HTTP to the guests.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GuideSet)]
    public SwitchParameter Guide { get; set; }

    /// <summary>Returns the rules that have the ports.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(LiteralPath ?? Path, () =>
    {
        var wanted = Guide
            ? FirewallPort.Guide(Settings.Bridge, Settings.Port)
            : [.. Port!.Select(port => new FirewallPort(port, Chain, Protocol)
            {
                InInterface = InInterface ?? (Chain == FirewallPort.Forward ? null : Settings.Bridge),
                OutInterface = OutInterface ?? (Chain == FirewallPort.Forward && InInterface is null ? Settings.Bridge : null),
            })];
        var network = Network;
        var rules = FirewallRules.Read(File);
        if (MakeEdit(() => (rules = wanted.Aggregate(FirewallRules.Read(rules.Path), (all, port) => all.WithPort(port, network)))
            .ToChange(Apply), $"Open {string.Join("; ", wanted)} in {rules.Path}", Apply) && PassThru)
        {
            WriteObject(rules.Rules.Where(rule => wanted.Any(port =>
                rule.Protocol == port.Protocol && rule.Ports.Contains(port.Ports.ToText(':')))), enumerateCollection: true);
        }
    });
}
