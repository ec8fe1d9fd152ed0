using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Firewall;
using XenKube.Firewall.Nftables;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>The rules that nft(8) loads, as in /etc/nftables.conf, with the files that it includes.</summary>
internal sealed class NftablesFirewall : FirewallRules
{
    /// <summary>The unit of systemd that loads its file.</summary>
    internal const string ServiceUnit = "nftables.service";

    private static readonly string[] FirstWords =
        ["table", "flush", "define", "include", "add", "create", "destroy", "delete", "insert", "redefine", "undefine"];

    private readonly NftRules _rules;

    // Included files as they were read, and those that edits have changed.
    private readonly Dictionary<string, FileOrigin> _origins;
    private readonly ImmutableDictionary<string, string> _edited;

    public NftablesFirewall(string path, string text, FileOrigin? origin)
        : this(path, text, origin, new(StringComparer.Ordinal), ImmutableDictionary<string, string>.Empty)
    {
    }

    private NftablesFirewall(string path, string text, FileOrigin? origin, Dictionary<string, FileOrigin> origins,
        ImmutableDictionary<string, string> edited)
        : base(path, text, origin)
    {
        (_origins, _edited) = (origins, edited);
        _rules = NftRules.Parse(text, path, ReadIncluded);
        Rules = [.. _rules.InOrder.DistinctBy(rule => _rules.Find(rule).Place).Select(ToRule)];
    }

    public override IReadOnlyList<FirewallRule> Rules { get; }

    internal override string Unit => ServiceUnit;

    // A restart would flush all rules first; nft replaces them in one step.
    private protected override string LoadCommand => "reload-or-restart";

    private protected override Ruleset Ruleset => _rules.Rules;

    private protected override IReadOnlyList<Rule> RulesInOrder => _rules.InOrder;

    private protected override string UsualTable => "inet filter";

    private protected override bool IsTestedInPlace => !_edited.IsEmpty;

    /// <summary>True for a file in the language of nft, by its first words, or by its name where it says nothing.</summary>
    public static bool IsFormatOf(string path, string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var words = line.Trim();
            if (words.StartsWith("#!", StringComparison.Ordinal) && words.Contains("nft", StringComparison.Ordinal))
            {
                return true;
            }
            if (words.Length > 0 && words[0] != '#')
            {
                return FirstWords.Contains(words.Split([' ', '\t', ';', '"'])[0]);
            }
        }
        return path.EndsWith(".nft", StringComparison.Ordinal) || System.IO.Path.GetFileName(path) == "nftables.conf";
    }

    internal override IEnumerable<FileChange> ToFiles() => base.ToFiles().Concat(_edited.OrderBy(file => file.Key, StringComparer.Ordinal)
        .Select(file => FileChange.Content(file.Key, Encoding.Latin1.GetBytes(file.Value), _origins.GetValueOrDefault(file.Key))));

    private protected override void Test(HostPrograms programs, CancellationToken cancellationToken)
    {
        if (!IsTestedInPlace)
        {
            // The directory of relative includes is that of the file.
            Test(programs, ["-I", System.IO.Path.GetDirectoryName(Path) ?? "/", "-c", "-f", "-"], Encoding.Latin1.GetBytes(Content),
                cancellationToken);
        }
    }

    private protected override void TestInPlace(HostPrograms programs, CancellationToken cancellationToken) =>
        Test(programs, ["-c", "-f", Path], null, cancellationToken);

    private void Test(HostPrograms programs, string[] arguments, byte[]? input, CancellationToken cancellationToken)
    {
        var result = programs.Run("nft", arguments, Timeout,
            "Install nftables; without it nobody can say whether the rules are right, and nothing is changed",
            "Nothing was changed; another program may hold the tables", input, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new OperationFailedException(ErrorIds.FirewallRulesRefused, Path, null,
                $"nft does not accept the rules: {result.Said}", result.Error.Contains("must be root", StringComparison.Ordinal)
                    || result.Error.Contains("not permitted", StringComparison.Ordinal)
                    ? "Run this as root" : "Nothing was changed; correct the line it names");
        }
    }

    private protected override bool IsFilter(Chain chain) => !chain.IsNat
        && chain.Table.Split(' ')[0] is "ip" or "ip6" or "inet" && _rules.Find(chain) is not null
        && chain.Hook is null or Hook.Input or Hook.Forward or Hook.Output;

    private protected override string Word(FirewallRuleText rule, string table, string chain) => string.Join(' ', new[]
    {
        rule.InInterface is { } input ? $"iifname \"{Wildcard(input)}\"" : null,
        rule.OutInterface is { } output ? $"oifname \"{Wildcard(output)}\"" : null,
        rule.Source is { } source ? $"{Family(source)} saddr {source}" : null,
        rule.Destination is { } destination ? $"{Family(destination)} daddr {destination}" : null,
        rule.IsToDom0 ? "fib daddr type local" : null,
        rule.SourcePort is { } sourcePort ? $"{rule.Protocol} sport {sourcePort}" : null,
        rule.DestinationPort is { } port ? $"{rule.Protocol} dport {port}" : null,
        rule.IcmpType is { } type ? $"icmpv6 type {IcmpTypes.NftNames.First(name => name.Value == type).Key}" : null,
        rule.IsAnswer ? "ct state established,related" : null,
        rule.To is not { } to ? "accept"
            : $"dnat {(table.StartsWith("inet", StringComparison.Ordinal) ? $"{Family(to)} " : "")}to {TargetText(to, rule.ToPort)}",
    }.Where(part => part is not null));

    private protected override FirewallRules WithRule(Chain chain, int index, FirewallRuleText rule)
    {
        var text = Word(rule, chain.Table, chain.Name);
        if (index < chain.Rules.Count)
        {
            var place = _rules.Find(chain.Rules[index]).Place;
            return place.Command is { } command && command.StartsWith("insert", StringComparison.Ordinal)
                ? Edit(place.Source, NftText.AfterLine(place.Source.Text, place.End, $"{command} {text}"))
                : Edit(place.Source, place.Command is { } add ? NftText.Before(place.Source.Text, StartOfCommand(place), $"{add} {text}")
                    : NftText.Before(place.Source.Text, place.Start, text));
        }
        var end = _rules.Find(chain)!;
        return Edit(end.Source, end.Opening >= 0 ? NftText.AtEnd(end.Source.Text, end.Opening, end.Closing, text)
            : NftText.AfterLine(end.Source.Text, end.Closing, $"add rule {chain.Table} {chain.Name} {text}"));
    }

    private protected override FirewallRules? WithNat(GuestSubnet network)
    {
        if (_rules.Rules.BaseChains(Hook.Prerouting, network.IsIPv6).Any(chain => chain.IsNat))
        {
            return null;
        }
        var family = network.IsIPv6 ? "ip6" : "ip";
        var separator = Content.Length == 0 || Content.EndsWith('\n') ? "" : "\n";
        return With($"{Content}{separator}\ntable {family} xenkube {{\n\tchain prerouting {{\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t}}\n}}\n");
    }

    private protected override FirewallRules Without(IReadOnlyList<Rule> rules)
    {
        // From the last to the first, so that the places of the others stay true.
        var places = rules.Select(rule => _rules.Find(rule).Place).Distinct().OrderByDescending(place => place.Start).ToList();
        var result = this;
        foreach (var file in places.GroupBy(place => place.Source))
        {
            var text = file.Aggregate(file.Key.Text, (all, place) =>
                NftText.Without(all, place.Command is null ? place.Start : StartOfCommand(place), place.End));
            result = result.Edit(file.Key, text);
        }
        return result;
    }

    private protected override ServiceNames Services => _rules.Services;

    private protected override RuleFields FieldsOf(Rule rule)
    {
        var (_, fields, chain) = _rules.Find(rule);
        return fields with { Table = chain.Table, Chain = chain.Name };
    }

    private protected override bool IsSameStatement(Rule one, Rule other) => _rules.Find(one).Place == _rules.Find(other).Place;

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "ip6" : "ip";

    private static string Wildcard(string name) => name.EndsWith('+') ? $"{name[..^1]}*" : name;

    private static int StartOfCommand(NftRulePlace place) =>
        place.Source.Text.LastIndexOf(place.Command!.Split(' ')[0], place.Start, StringComparison.Ordinal) is var at and >= 0
            ? at : place.Start;

    private NftablesFirewall Edit(NftSource source, string text) => !source.IsIncluded ? With(text)
        : new(Path, Content, Origin, _origins, _edited.SetItem(source.Path, text));

    private NftablesFirewall With(string text) => new(Path, text, Origin, _origins, _edited);

    private string? ReadIncluded(string path)
    {
        if (_edited.TryGetValue(path, out var edited))
        {
            return edited;
        }
        if (!_origins.TryGetValue(path, out var origin))
        {
            _origins[path] = origin = FileOrigin.Of(path);
        }
        return origin.Bytes is { } bytes ? Encoding.Latin1.GetString(bytes) : null;
    }
}
