using System.Globalization;
using System.Net;
using System.Text;
using XenKube.Files;
using XenKube.Firewall;
using XenKube.Firewall.Iptables;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>The rules that iptables-restore or ip6tables-restore load, in the form of iptables-save.</summary>
internal sealed class IptablesFirewall : FirewallRules
{
    /// <summary>The unit of systemd that loads its file.</summary>
    internal const string ServiceUnit = "netfilter-persistent.service";

    // xt_multiport: XT_MULTI_PORTS; a range takes two of the places.
    private const int MaxPorts = 15;
    private const string Filter = "filter", Nat = "nat";
    private static readonly string[] NatChains = ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"];
    private readonly IptablesRules _rules;

    public IptablesFirewall(string path, string text, FileOrigin? origin)
        : base(path, text, origin)
    {
        IsIPv6 = System.IO.Path.GetFileName(path) is var name && (name.EndsWith('6') || name.StartsWith("ip6", StringComparison.Ordinal));
        _rules = IptablesRules.Parse(text, path, IsIPv6, SetsBeside(path));
        Rules = [.. _rules.InOrder.Select(ToRule)];
    }

    public override IReadOnlyList<FirewallRule> Rules { get; }

    internal override string Unit => ServiceUnit;

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

    private protected override string UsualTable => Filter;

    private protected override FirewallRules Open(FirewallPort port, GuestSubnet network)
    {
        var (rules, count, chain) = OpenByRules(port, network);
        if (count != 1 || rules is not IptablesFirewall written || port.Destination is not null)
        {
            return rules;
        }
        // A rule for the same packets takes one port more, if that opens the same.
        var opened = OpenedBy(written, port, network);
        return _rules.InOrder.Where(rule => Fits(_rules.FieldsOf(rule), port, chain))
            .Select(rule => WithPortIn(rule, port.Ports)).FirstOrDefault(rules => OpenedBy(rules, port, network).SetEquals(opened))
            ?? rules;
    }

    private protected override IReadOnlyList<Rule> RulesInOrder => _rules.InOrder;

    private protected override bool IsSameStatement(Rule one, Rule other) => one.Line == other.Line;

    private protected override bool IsFilter(Chain chain) => chain.Table == Filter;

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

    private protected override FirewallRules WithRule(Chain chain, int index, FirewallRuleText rule)
    {
        var text = Word(rule, chain.Table, chain.Name);
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
        return new IptablesFirewall(Path, string.Join('\n', lines), Origin);
    }

    private protected override FirewallRules? WithNat(GuestSubnet network)
    {
        if (_rules.Tables.ContainsKey(Nat))
        {
            return null;
        }
        var separator = Content.Length == 0 || Content.EndsWith('\n') ? "" : "\n";
        var chains = string.Concat(NatChains.Select(chain => $":{chain} ACCEPT [0:0]\n"));
        return new IptablesFirewall(Path, $"{Content}{separator}*{Nat}\n{chains}COMMIT\n", Origin);
    }

    private protected override FirewallRules Without(IReadOnlyList<Rule> rules)
    {
        var gone = rules.Select(rule => rule.Line - 1).ToHashSet();
        return new IptablesFirewall(Path, string.Join('\n', Content.Split('\n').Where((_, i) => !gone.Contains(i))), Origin);
    }

    private protected override ServiceNames Services => _rules.Services;

    private protected override RuleFields FieldsOf(Rule rule) => _rules.FieldsOf(rule);

    // iptables writes the length of a prefix after every address.
    private protected override IPAddress? HostOf(string destination) => base.HostOf(destination.Split('/')[0]);

    private protected override string Word(FirewallRuleText rule, string table, string chain) => string.Concat(
        $"-A {chain}",
        Option("-s", Host(rule.Source)), Option("-d", Host(rule.Destination)),
        Option("-i", rule.InInterface), Option("-o", rule.OutInterface),
        $" -p {rule.Protocol}",
        rule.IsToDom0 ? " -m addrtype --dst-type LOCAL" : "",
        rule.IcmpType is { } type ? string.Create(CultureInfo.InvariantCulture, $" -m icmp6 --icmpv6-type {type}") : $" -m {rule.Protocol}",
        Option("--sport", rule.SourcePort?.ToText(':')), Option("--dport", rule.DestinationPort?.ToText(':')),
        rule.IsAnswer ? " -m conntrack --ctstate RELATED,ESTABLISHED" : "",
        rule.To is null ? " -j ACCEPT" : $" -j DNAT --to-destination {TargetText(rule.To, rule.ToPort)}");

    private static string? Host(IPAddress? address) => address is null ? null
        : $"{address}/{(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 128 : 32)}";

    private static string Option(string option, string? value) => value is null ? "" : $" {option} {value}";

    /// <summary>The sets that ipset-persistent loads before the rules are in a file of the same directory.</summary>
    private static Func<string, IpSet?> SetsBeside(string path)
    {
        var sets = new Lazy<IReadOnlyDictionary<string, IpSet>>(() => IpSet.Parse(
            (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } directory
                ? WholeFile.TryReadText(System.IO.Path.Combine(directory, "ipsets")) : null) ?? ""));
        return name => sets.Value.GetValueOrDefault(name);
    }
}
