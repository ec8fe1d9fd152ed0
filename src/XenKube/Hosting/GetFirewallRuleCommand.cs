using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Lists the rules of the host's firewall file.</summary>
[Cmdlet(VerbsCommon.Get, "FirewallRule", DefaultParameterSetName = PathSet)]
[Alias("Get-XenFirewallRule")]
[OutputType(typeof(FirewallRule))]
public sealed class GetFirewallRuleCommand : XenDirCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>Names of chains. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChainCompleter))]
    public string Chain { get; set; } = "*";

    /// <summary>Rules whose ports include this one, by number, by name or in a range.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>With -Port, only the rule that decides what becomes of the guests' packets to the port of this host.</summary>
    [Parameter]
    public SwitchParameter Deciding { get; set; }

    /// <summary>With -Deciding, the protocol of the packets. Default: tcp.</summary>
    [Parameter]
    [ValidateSet("tcp", "udp")]
    public string Protocol { get; set; } = "tcp";

    /// <summary>Files of rules. Wildcards are allowed. Default: the files that the firewall is loaded from.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Files of rules, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var settings = Settings;
        string[] usual = settings.FirewallFile is not null ? [HostSettings.FirewallFileOf(settings, HasXenDir ? Directory.Path : null)]
            : [.. FirewallRules.UsualPaths(System.Net.IPAddress.Parse(settings.Address))];
        foreach (var path in Files(LiteralPath is null ? Path ?? usual : null, LiteralPath, onDrives: true))
        {
            Guard(path, () => Write(path));
        }
    }

    private void Write(string file)
    {
        var pattern = Wildcard.Of(Chain);
        var rules = IsOnDrive(file) ? FirewallRules.Parse(System.Text.Encoding.UTF8.GetString(ReadFile(file)),
            file) : FirewallRules.Read(file);
        if (Deciding && Port is { } decided)
        {
            var settings = Settings;
            var verdict = rules.Judge(new FirewallPort(decided, FirewallPort.Input, Protocol) { InInterface = settings.Bridge },
                HostSettings.NetworkOf(settings));
            if (verdict.Status == FirewallStatus.CannotTell)
            {
                WriteWarning($"{verdict.Port}: {verdict}");
            }
            else
            {
                WriteVerbose($"{verdict.Port}: {verdict}");
            }
            WriteObject(rules.Rules.Where(rule => rule.Line == verdict.Line), enumerateCollection: true);
            return;
        }
        WriteObject(rules.Rules.Where(rule => pattern.IsMatch(rule.Chain) && (Port is not { } port || rules.Covers(rule, port))),
            enumerateCollection: true);
    }
}
