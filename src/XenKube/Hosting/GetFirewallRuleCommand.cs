using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands;

/// <summary>Lists the rules of the host's firewall file.</summary>
[Cmdlet(VerbsCommon.Get, "FirewallRule")]
[OutputType(typeof(FirewallRule))]
public sealed class GetFirewallRuleCommand : XenKubeCommand
{
    /// <summary>Names of chains. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Chain { get; set; } = "*";

    /// <summary>Rules that name this port.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int? Port { get; set; }

    /// <summary>The file of rules.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = FirewallRules.DefaultPath;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Path, () =>
    {
        var pattern = new WildcardPattern(Chain, WildcardOptions.IgnoreCase);
        var port = Port?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        WriteObject(FirewallRules.Read(Resolve(Path)).Rules.Where(rule => pattern.IsMatch(rule.Chain) && (port is null || rule.Ports.Contains(port))), enumerateCollection: true);
    });
}
