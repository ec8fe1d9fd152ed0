using System.Globalization;
using System.Text;
using XenKube.Files;
using XenKube.Firewall;
using XenKube.Firewall.Iptables;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>The rules that iptables-restore or ip6tables-restore load, in the form of iptables-save.</summary>
internal sealed class IptablesFirewall : FirewallRules
{
    // xt_multiport: XT_MULTI_PORTS; a range takes two of the places.
    private const int MaxPorts = 15;
    private readonly IptablesRules _rules;

    public IptablesFirewall(string path, string text, FileOrigin? origin)
        : base(path, text, origin)
    {
        IsIPv6 = System.IO.Path.GetFileName(path) is var name && (name.EndsWith('6') || name.StartsWith("ip6", StringComparison.Ordinal));
        _rules = IptablesRules.Parse(text, path, IsIPv6, SetsBeside(path));
        Rules = [.. _rules.InOrder.Select(ToRule)];
    }

    public override IReadOnlyList<FirewallRule> Rules { get; }

    internal override string Unit => "netfilter-persistent.service";

    private protected override Ruleset Ruleset => _rules.Rules;

    private bool IsIPv6 { get; }

    private protected override void Test(HostPrograms programs, CancellationToken cancellationToken)
    {
        var program = IsIPv6 ? "ip6tables-restore" : "iptables-restore";
        var result = programs.Run(program, ["--test"], Timeout,
            "Install iptables; without it nobody can say whether the rules are right, and nothing is changed",
            "Nothing was changed; another program may hold the lock of the tables ('fuser /run/xtables.lock')",
            Encoding.Latin1.GetBytes(Content), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new OperationFailedException(ErrorIds.FirewallRulesRefused, Path, null,
                $"{program} does not accept the rules: {result.Said}", result.Error.Contains("must be root", StringComparison.Ordinal)
                    || result.Error.Contains("Permission denied", StringComparison.Ordinal)
                    ? "Run this as root" : "Nothing was changed; correct the line it names");
        }
    }

    private protected override FirewallRules Open(FirewallPort port, GuestSubnet network)
    {
        var verdict = Judge(port, network);
        if (verdict.IsOpen)
        {
            return this;
        }
        var fates = Fates(port, network, Answer.No);
        if (FirewallEdit.Blocker(fates) is not { } blocker || FirewallEdit.PlaceOf(blocker,
            port.Chain) is not { Chain: { Table: "filter" } chain } place)
        {
            throw FirewallEdit.NotOpened(Path, verdict, RuleText(port, port.Chain));
        }
        var written = WithRule(chain, place.Index, RuleText(port, chain.Name));
        var opened = OpenedBy(written, port, network);
        if (opened.Count <= OpenedBy(this, port, network).Count)
        {
            throw FirewallEdit.NotOpened(Path, written.Judge(port, network), RuleText(port, chain.Name));
        }
        // A rule for the same packets takes one port more, if that opens the same.
        var extended = _rules.InOrder.Where(rule => Fits(_rules.FieldsOf(rule), port, chain.Name))
            .Select(rule => WithPortIn(rule, port.Ports)).FirstOrDefault(rules => OpenedBy(rules, port, network).SetEquals(opened));
        return extended ?? written;
    }

    /// <summary>The packets that arrive for sure.</summary>
    private static HashSet<Packet> OpenedBy(IptablesFirewall rules, FirewallPort port, GuestSubnet network) =>
        [.. rules.Fates(port, network, Answer.Unknown).Where(one => one.Fate.Kind == FateKind.Open).SelectMany(one => Single(one.Packet))];

    // Rules split a range of ports in different places before and after an edit: the ends stand for all.
    private static IEnumerable<Packet> Single(Packet packet) =>
        [packet with { DestinationPort = packet.DestinationPort.First }, packet with { DestinationPort = packet.DestinationPort.Last }];

    private static bool Fits(IptablesFields fields, FirewallPort port, string chain) =>
        fields.Table == "filter" && fields.Chain == chain && fields.Protocol == port.Protocol && fields.Target == "ACCEPT"
            && fields.Comment.Length == 0
        && fields.PortsAt is not null && !fields.ArePortsNegated && fields.InInterface == Named(port.InInterface)
        && fields.OutInterface == Named(port.OutInterface)
        && Places(fields.Ports) + (port.Ports.IsSingle ? 1 : 2) <= MaxPorts;

    private static string Named(string? name) => name is null or FirewallPort.AnyInterface ? "" : name;

    private static int Places(IReadOnlyList<string> ports) => ports.Sum(port => port.Contains(':', StringComparison.Ordinal) ? 2 : 1);

    private IptablesFirewall WithPortIn(Rule rule, PortRange added)
    {
        var lines = Content.Split('\n');
        var line = lines[rule.Line - 1];
        var fields = _rules.FieldsOf(rule);
        var (start, valueStart, end) = fields.PortsAt!.Value;
        var ports = string.Join(',', fields.Ports.Append(added.ToText(':'))
            .OrderBy(port => _rules.Services.Parse(port)?.First ?? int.MaxValue).Distinct());
        lines[rule.Line - 1] = line[..start] + (fields.IsMultiport ? line[start..valueStart] + ports : $"-m multiport --dports {ports}")
            + line[end..];
        return new(Path, string.Join('\n', lines), Origin);
    }

    /// <summary>The file with a rule before another one of a chain, or at the chain's end.</summary>
    private IptablesFirewall WithRule(Chain chain, int index, string text)
    {
        var lines = Content.Split('\n').ToList();
        var before = index < chain.Rules.Count ? chain.Rules[index] : null;
        var at = before is not null ? before.Line - 1 : chain.EndLine > 0 ? chain.EndLine : _rules.Tables[chain.Table].Commit - 1;
        var neighbor = lines[before is null ? Math.Max(at - 1, 0) : at];
        if (before is not null && !neighbor.TrimStart().Split(' ')[0].TrimStart('-').StartsWith("a", StringComparison.OrdinalIgnoreCase)
            && !neighbor.StartsWith('['))
        {
            // A rule that is inserted at the head comes before those that are inserted earlier.
            (at, text) = (at + 1, $"-I{text[2..]}");
        }
        lines.Insert(at, text + (neighbor.EndsWith('\r') ? "\r" : ""));
        return new(Path, string.Join('\n', lines), Origin);
    }

    private static string RuleText(FirewallPort port, string chain) =>
        $"-A {chain}{Option("-i", port.InInterface)}{Option("-o", port.OutInterface)} -p {port.Protocol} -m {port.Protocol} --dport {port.Ports.ToText(':')} -j ACCEPT";

    private static string Option(string option, string? name) => Named(name) is { Length: > 0 } named ? $" {option} {named}" : "";

    private FirewallRule ToRule(Rule rule)
    {
        var fields = _rules.FieldsOf(rule);
        return new FirewallRule(fields.Table, fields.Chain, fields.Protocol, fields.InInterface, fields.OutInterface, fields.Source,
            fields.Destination, fields.Ports, fields.Target, rule.Line, rule.Text);
    }

    /// <summary>The sets that ipset-persistent loads before the rules are in a file of the same directory.</summary>
    private static Func<string, IpSet?> SetsBeside(string path)
    {
        var sets = new Lazy<IReadOnlyDictionary<string, IpSet>>(() => IpSet.Parse(
            (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } directory
                ? WholeFile.TryReadText(System.IO.Path.Combine(directory, "ipsets")) : null) ?? ""));
        return name => sets.Value.GetValueOrDefault(name);
    }
}
