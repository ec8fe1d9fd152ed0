using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Opens ports in the rules that are in the host's firewall file; the rest of the file keeps every byte.</summary>
[Cmdlet(VerbsCommon.Add, "FirewallPort", SupportsShouldProcess = true, DefaultParameterSetName = PortSet)]
[OutputType(typeof(FirewallRule))]
public sealed class AddFirewallPortCommand : HostCommand
{
    private const string PortSet = "Port";
    private const string GuideSet = "Guide";

    /// <summary>The ports to open.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PortSet)]
    [ValidateRange(1, 65535)]
    public int[]? Port { get; set; }

    /// <summary>The chain of the rule.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateNotNullOrEmpty]
    public string Chain { get; set; } = "INPUT";

    /// <summary>The protocol of the rule.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateSet("tcp", "udp")]
    public string Protocol { get; set; } = "tcp";

    /// <summary>The interface for incoming packets in the rule.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateNotNullOrEmpty]
    public string? InInterface { get; set; }

    /// <summary>The interface for outgoing packets in the rule.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateNotNullOrEmpty]
    public string? OutInterface { get; set; }

    /// <summary>A port that the rule already has, to choose among several rules.</summary>
    [Parameter(ParameterSetName = PortSet)]
    [ValidateRange(1, 65535)]
    public int? Beside { get; set; }

    /// <summary>Makes the three edits of the guide: HTTP to dom0, HTTP to the guests, time to dom0.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GuideSet)]
    public SwitchParameter Guide { get; set; }

    /// <summary>The file of rules. Wildcards are allowed if they match one file. Default: /etc/iptables/rules.v4.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The file of rules, taken as it is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>Loads the rules, by restarting netfilter-persistent.</summary>
    [Parameter]
    public SwitchParameter Apply { get; set; }

    /// <summary>Returns the rules that have the ports.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(LiteralPath ?? Path, () =>
    {
        var wanted = Guide
            ? FirewallPort.Guide(Settings.Bridge, Settings.Port)
            : [.. Port!.Select(port => new FirewallPort(port, Chain, Protocol) { InInterface = InInterface, OutInterface = OutInterface, Beside = Beside })];
        var rules = FirewallRules.Read(OneFile(Path, LiteralPath, () => FirewallRules.DefaultPath));
        if (MakeEdit(() => (rules = wanted.Aggregate(FirewallRules.Read(rules.Path), (all, port) => all.WithPort(port))).ToChange(Apply), $"Open {string.Join("; ", wanted)} in {rules.Path}", Apply) && PassThru)
        {
            WriteObject(rules.Rules.Where(rule => wanted.Any(port => rule.Chain == port.Chain && rule.Protocol == port.Protocol && rule.Ports.Contains(port.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)))), enumerateCollection: true);
        }
    });
}
