namespace XenKube.Firewall.Nftables;

/// <summary>The parts of a rule of nft(8): conditions, the action where they are fulfilled, and more conditions after that.</summary>
internal sealed class NftRuleParts
{
    private readonly List<(List<Condition> Conditions, RuleAction Action)> _parts = [];
    private List<Condition> _conditions = [];
    private RuleAction? _verdict;
    private List<(Func<Packet, Answer> Test, RuleAction Action, string Key)>? _choices;
    private NftKey? _choiceKey;
    private NftFields _fields = new();

    /// <summary>Adds a condition.</summary>
    public void Add(Condition condition) => _conditions.Add(condition);

    /// <summary>Adds that a packet must have the fields that are looked at.</summary>
    public void AddNeeds(IEnumerable<NftKey> fields) => _conditions.AddRange(fields.SelectMany(field => field.Needs));

    /// <summary>Shows what a field is compared with.</summary>
    public void Show(NftKey field, string sign, string value) => _fields = _fields.With(field, sign, value);

    /// <summary>Does something, and goes on.</summary>
    public void Then(RuleAction action)
    {
        _parts.Add((_conditions, action));
        _conditions = [];
    }

    /// <summary>The verdict.</summary>
    /// <param name="target">How it is shown.</param>
    /// <param name="action">What it does.</param>
    public void End(string target, RuleAction action)
    {
        _fields = _fields with { Target = target };
        _verdict = action;
    }

    /// <summary>Chooses what is done by a map.</summary>
    /// <param name="fields">The fields that decide.</param>
    /// <param name="choices">The elements of the map.</param>
    public void Choose(IReadOnlyList<NftKey> fields, IEnumerable<(Func<Packet, Answer> Test, RuleAction Action, string Key)> choices)
    {
        _choiceKey = fields.Count == 1 ? fields[0] : null;
        _choices = [.. choices];
        _choices = _choices.Count == 0 ? [(_ => Answer.No, new RuleAction.Continue(), "")] : _choices;
    }

    /// <summary>The rule, which becomes several where it has a map: one for each element.</summary>
    /// <param name="line">Its line.</param>
    /// <param name="text">Its text.</param>
    /// <param name="path">The file, where another one includes it; null for the file itself.</param>
    public IReadOnlyList<(Rule Rule, NftFields Fields)> Build(int line, string text, string? path)
    {
        _parts.Add((_conditions, _verdict ?? new RuleAction.Continue()));
        var rules = new List<(Rule, NftFields)>();
        foreach (var (test, action, key) in _choices ?? [(_ => Answer.Yes, _parts[^1].Action, "")])
        {
            Rule? rule = null;
            for (var i = _parts.Count - 1; i >= 0; i--)
            {
                var isLast = i == _parts.Count - 1;
                var conditions = isLast && _choices is not null
                    ? [.. _parts[i].Conditions, new Condition("vmap", test)] : _parts[i].Conditions;
                rule = new Rule(line, text, conditions, isLast ? action : _parts[i].Action) { Rest = rule, File = path };
            }
            var fields = _fields with { Target = _fields.Target.Length > 0 || _choices is null ? _fields.Target : "vmap" };
            rules.Add((rule!, _choiceKey is null ? fields : fields.With(_choiceKey, "", key)));
        }
        return rules;
    }
}
