using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Lists the rules of the host's firewall file.</summary>
[Cmdlet(VerbsCommon.Get, "FirewallRule", DefaultParameterSetName = PathSet)]
[OutputType(typeof(FirewallRule))]
public sealed class GetFirewallRuleCommand : XenKubeCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>Names of chains. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Chain { get; set; } = "*";

    /// <summary>Rules that name this port.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int? Port { get; set; }

    /// <summary>Files of rules. Wildcards are allowed. Default: /etc/iptables/rules.v4.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [FirewallRules.DefaultPath];

    /// <summary>Files of rules, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var file in Files(LiteralPath is null ? Path : null, LiteralPath))
        {
            Guard(file, () => Write(file));
        }
    }

    private void Write(string file)
    {
        var pattern = new WildcardPattern(Chain, WildcardOptions.IgnoreCase);
        var port = Port?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        WriteObject(FirewallRules.Read(file).Rules.Where(rule => pattern.IsMatch(rule.Chain) && (port is null || rule.Ports.Contains(port))), enumerateCollection: true);
    }
}
