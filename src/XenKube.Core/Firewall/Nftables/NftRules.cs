namespace XenKube.Firewall.Nftables;

/// <summary>
/// The rules of a file of nft(8), with the files that it includes: tables in blocks, and commands that run one after the other.
/// </summary>
internal sealed class NftRules
{
    private const int MaxDepth = 16;
    private static readonly string[] Families = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

    private readonly Func<string, string?> _read;
    private readonly NftDefines _defines = new();
    private readonly Dictionary<(string Table, string Name), NftElements> _sets = [];
    private readonly Dictionary<Rule, (NftRulePlace Place, NftFields Fields, Chain Chain)> _places
        = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Chain, NftChainPlace> _chainPlaces = [];
    private readonly NftMatch _match;
    private int _unnamed;

    private NftRules(Func<string, string?> read)
    {
        _read = read;
        _match = new NftMatch(Rules, Services);
    }

    /// <summary>The rules as the kernel has them once they are loaded.</summary>
    public Ruleset Rules { get; } = new();

    /// <summary>The rules in the order of the file, also those that a later command removes.</summary>
    public List<Rule> InOrder { get; } = [];

    /// <summary>The file and those that it includes.</summary>
    public List<NftSource> Sources { get; } = [];

    /// <summary>Tables that are loaded, but do nothing (<c>flags dormant</c>).</summary>
    public HashSet<string> Dormant { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of ports.</summary>
    public ServiceNames Services { get; } = new();

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="path">Its path.</param>
    /// <param name="read">Reads the files that it includes, given their paths; null for one that does not exist.</param>
    public static NftRules Parse(string text, string path, Func<string, string?> read)
    {
        var rules = new NftRules(read);
        rules.ReadFile(new NftSource(path, text, false), 0);
        rules._match.Finish();
        foreach (var chain in rules.Rules.Chains.Where(chain => rules.Dormant.Contains(chain.Table)))
        {
            chain.Hook = null;
        }
        return rules;
    }

    /// <summary>Where a rule is written, and what it says.</summary>
    public (NftRulePlace Place, NftFields Fields, Chain Chain) Find(Rule rule) => _places[rule];

    /// <summary>Where a chain is written.</summary>
    public NftChainPlace? Find(Chain chain) => _chainPlaces.GetValueOrDefault(chain);

    /// <summary>A set or map of a table; null for one that is not known.</summary>
    public NftElements? FindSet(string table, string name) => _sets.GetValueOrDefault((table, name));

    /// <summary>Reads the rules of a chain without a name, as in <c>jump { … }</c>, and names it.</summary>
    /// <param name="table">The table.</param>
    /// <param name="body">What is between the braces.</param>
    /// <param name="opening">The brace that opens the chain.</param>
    /// <param name="closing">The brace that closes the chain.</param>
    public string ReadUnnamed(string table, List<NftToken> body, NftToken opening, NftToken closing)
    {
        var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{{++_unnamed}}}");
        var reader = new NftFileReader(this, _defines);
        var chain = Rules.Get(table, name);
        reader.ReadChainBody(chain, table.Split(' ')[0], body);
        Define(chain, new NftChainPlace(opening.Source, opening.End, closing.Start));
        return name;
    }

    public void ReadFile(NftSource source, int depth)
    {
        if (depth > MaxDepth)
        {
            throw NftLexer.Bad(source, 1, "files that include each other");
        }
        Sources.Add(source);
        new NftFileReader(this, _defines) { Depth = depth }.Read(NftLexer.Read(source));
    }

    /// <summary>Reads a file, or all that fit a pattern, as nft does: in the order of their names.</summary>
    public void Include(string pattern, NftToken at, int depth)
    {
        // nft looks beside the working directory, which is / for the unit, and in /etc.
        var path = Path.IsPathRooted(pattern) ? pattern : Path.Combine(Path.GetDirectoryName(at.Source.Path) ?? "/", pattern);
        IEnumerable<string> files = [path];
        if (path.AsSpan().ContainsAny('*', '?', '['))
        {
            files = Matching(path);
        }
        foreach (var file in files)
        {
            var text = _read(file) ?? throw NftLexer.Bad(at.Source, at.Line, $"includes {Printable.Of(file)}, which does not exist");
            ReadFile(new NftSource(file, text, true), depth + 1);
        }
    }

    public void Define(Chain chain, NftChainPlace place)
    {
        _chainPlaces[chain] = place;
        chain.Line = chain.Line == 0 ? LineOf(place) : chain.Line;
    }

    /// <summary>Adds a rule to a chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="tokens">The rule.</param>
    /// <param name="index">Before which rule; null for the end.</param>
    /// <param name="command">How a command begins that writes another rule beside it; null in a block.</param>
    public void Add(Chain chain, IReadOnlyList<NftToken> tokens, int? index, string? command)
    {
        var (first, last) = (tokens[0], tokens[^1]);
        var (start, end) = (first.Start, last.End);
        var text = first.Source.Text[start..end];
        var keys = new NftKeys(Services, chain.Table.StartsWith("bridge ", StringComparison.Ordinal));
        var rules = new NftRuleReader(this, chain.Table, _match, keys, new NftWords(_defines.Expand(tokens)))
            .Read(first.Line, text, first.Source.IsIncluded ? first.Source.Path : null);
        var place = new NftRulePlace(first.Source, start, end, command);
        foreach (var (rule, fields) in rules)
        {
            _places[rule] = (place, fields, chain);
        }
        chain.Rules.InsertRange(Math.Clamp(index ?? chain.Rules.Count, 0, chain.Rules.Count), rules.Select(one => one.Rule));
        InOrder.AddRange(rules.Select(one => one.Rule));
    }

    public NftElements GetSet(string table, string name)
    {
        if (!_sets.TryGetValue((table, name), out var set))
        {
            _sets[(table, name)] = set = new NftElements();
        }
        return set;
    }

    public void RemoveTables(Func<string, bool> isMeant)
    {
        foreach (var table in Rules.Chains.Select(chain => chain.Table).Distinct().Where(isMeant).ToList())
        {
            Rules.RemoveTable(table);
        }
        foreach (var key in _sets.Keys.Where(key => isMeant(key.Table)).ToList())
        {
            _sets.Remove(key);
        }
    }

    public static bool IsFamily(string word) => Families.Contains(word);

    private static int LineOf(NftChainPlace place) => place.Source.Text.AsSpan(0, Math.Max(place.Opening, 0)).Count('\n') + 1;

    private static IEnumerable<string> Matching(string pattern)
    {
        var directory = Path.GetDirectoryName(pattern) ?? "/";
        try
        {
            return [.. Directory.EnumerateFiles(directory).Where(file =>
                System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), Path.GetFileName(file),
                    ignoreCase: false)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return [];
        }
    }
}
