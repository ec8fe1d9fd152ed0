using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Commands.Hosting;

/// <summary>Lists the ports of this host that lead to guests, and whether packets from outside arrive there.</summary>
[Cmdlet(VerbsCommon.Get, "FirewallForward")]
[Alias("Get-XenFirewallForward")]
[OutputType(typeof(FirewallForwardRule))]
public sealed class GetFirewallForwardCommand : XenDirCommand
{
    /// <summary>Forwards of these ports of this host. Default: all.</summary>
    [Parameter(Position = 0)]
    public PortRange[]? Port { get; set; }

    /// <summary>Forwards to these addresses. Default: all.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("IPAddress")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public string[]? To { get; set; }

    /// <summary>
    /// The file of rules. Wildcards are allowed if they match one file. Default: the file that the firewall is loaded from.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The file of rules, taken as it is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(LiteralPath ?? Path, () =>
    {
        var rules = FirewallRules.Read(OneFile(Path, LiteralPath,
            () => HostSettings.FirewallFileOf(Settings, HasXenDir ? Directory.Path : null)));
        WriteObject(rules.Forwards(HostSettings.NetworkOf(Settings)).Where(rule =>
            (Port is not { } ports || ports.Any(port => rule.Port.Overlaps(port)))
            && (To is not { } addresses || addresses.Contains(rule.To.ToString()))), enumerateCollection: true);
    });
}
