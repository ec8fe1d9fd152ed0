namespace XenKube.Firewall.Iptables;

/// <summary>Reads the options of one rule as iptables(8) does: long options may be shortened, values joined with <c>=</c>.</summary>
/// <param name="rules">The rules so far.</param>
/// <param name="services">Names of ports.</param>
/// <param name="sets">The contents of sets.</param>
internal sealed class IptablesRuleReader(Ruleset rules, ServiceNames services, Func<string, IpSet?> sets)
{
    private static readonly (string Name, char Letter)[] Common =
    [
        ("protocol", 'p'), ("proto", 'p'), ("source", 's'), ("src", 's'), ("destination", 'd'), ("dst", 'd'), ("in-interface", 'i'),
        ("out-interface", 'o'), ("jump", 'j'), ("goto", 'g'), ("match", 'm'), ("fragments", 'f'),
    ];

    private readonly List<Condition> _conditions = [];
    private readonly List<IptablesOption> _options = [];
    private readonly Dictionary<string, string> _targetOptions = new(StringComparer.Ordinal);
    private IReadOnlyList<IptablesWord> _words = [];
    private IptablesFields _fields = null!;
    private int _at;
    private Condition? _unknownMatch;

    /// <summary>Reads a rule.</summary>
    public (Rule Rule, IptablesFields Fields) Read(string table, IptablesCommand command, int line, string text)
    {
        (_words, _at) = (command.Rest, 0);
        _fields = new IptablesFields { Table = table, Chain = command.Chain };
        var isGoto = false;
        while (_at < _words.Count)
        {
            var start = _words[_at].Start;
            var isNegated = _words[_at].Text == "!" && _at + 1 < _words.Count;
            if (isNegated)
            {
                _at++;
            }
            var word = _words[_at++];
            var (letter, name, joined) = Name(word);
            switch (letter)
            {
                case 'p':
                    ReadProtocol(Value(joined), isNegated);
                    break;
                case 's':
                    Add(isNegated, Value(joined), value => _fields = _fields with { Source = value }, (value, context) =>
                        IptablesMatches.Source(value, context), "-s");
                    break;
                case 'd':
                    Add(isNegated, Value(joined), value => _fields = _fields with { Destination = value }, (value, context) =>
                        IptablesMatches.Destination(value, context), "-d");
                    break;
                case 'i' or 'o' when joined is not null:
                    // iptables 1.8.9 takes the whole word for the name of the interface, other versions its rest.
                    _conditions.Add(Condition.NotUnderstood(word.Text));
                    break;
                case 'i':
                    Add(isNegated, Value(joined), value => _fields = _fields with { InInterface = value }, (value, context) =>
                        IptablesMatches.Interface(value, isIn: true, context), "-i");
                    break;
                case 'o':
                    Add(isNegated, Value(joined), value => _fields = _fields with { OutInterface = value }, (value, context) =>
                        IptablesMatches.Interface(value, isIn: false, context), "-o");
                    break;
                case 'm':
                    LoadMatch(Value(joined));
                    break;
                case 'j' or 'g':
                    isGoto = letter == 'g';
                    _fields = _fields with { Target = Value(joined) };
                    _options.AddRange(IptablesTargets.OptionsOf(_fields.Target).Select(option => option with { Make = null }));
                    break;
                case 'f':
                    // The first packet of a connection is not a fragment.
                    _conditions.Add(new Condition("-f", _ => Answers.Of(isNegated)));
                    break;
                default:
                    ReadLong(word, name, joined, isNegated, start);
                    break;
            }
        }
        var action = _fields.Target.Length == 0 ? new RuleAction.Continue() : IptablesTargets.ActionOf(_fields.Target, isGoto,
            _targetOptions, services);
        return (new Rule(line, text, _conditions, action), _fields);
    }

    /// <summary>The letter of a common option, or the name of a long one, and a value that is joined with it.</summary>
    private (char? Letter, string Name, string? Joined) Name(IptablesWord word)
    {
        var text = word.Text;
        if (!text.StartsWith("--", StringComparison.Ordinal) || text.Length == 2)
        {
            return text.Length >= 2 && text[0] == '-' && "psdiojgmf".Contains(text[1], StringComparison.Ordinal)
                ? (text[1], "", text.Length > 2 ? text[2..] : null) : (null, text, null);
        }
        var at = text.IndexOf('=', StringComparison.Ordinal);
        var (name, joined) = at < 0 ? (text[2..], null) : (text[2..at], text[(at + 1)..]);
        // As getopt_long(3) does: the whole name, else a beginning that fits one option only.
        return Common.FirstOrDefault(common => common.Name == name) is { Letter: not '\0' } exact ? (exact.Letter, name, joined)
            : Find(name) is null && Common.Where(common => common.Name.StartsWith(name, StringComparison.Ordinal))
            .Select(common => common.Letter).Distinct().ToList() is [var letter] ? (letter, name, joined)
            : (null, name, joined);
    }

    private string Value(string? joined) => joined ?? (_at < _words.Count ? _words[_at++].Text : "");

    private void Add(bool isNegated, string value, Action<string> show, Func<string, IptablesContext, Condition> make, string option)
    {
        if (value.Length == 0)
        {
            _conditions.Add(Condition.NotUnderstood(option));
            return;
        }
        show(isNegated ? $"! {value}" : value);
        _conditions.Add(make(value, Context($"{option} {value}")).Negated(isNegated));
    }

    private void ReadProtocol(string value, bool isNegated)
    {
        if (value.Length == 0)
        {
            return;
        }
        var name = ProtocolNames.NameOf(value.ToLowerInvariant());
        _fields = _fields with { Protocol = isNegated ? $"! {name}" : name == "all" ? "" : name };
        _conditions.Add(IptablesMatches.Protocol(value, Context($"-p {value}")).Negated(isNegated));
    }

    private void LoadMatch(string name)
    {
        if (IptablesMatches.OptionsOf(name) is { } options)
        {
            _unknownMatch = null;
            _options.AddRange(options);
            return;
        }
        _unknownMatch = Condition.NotUnderstood($"-m {name}");
        _conditions.Add(_unknownMatch);
    }

    private void ReadLong(IptablesWord word, string name, string? joined, bool isNegated, int start)
    {
        var isLong = word.Text.StartsWith("--", StringComparison.Ordinal);
        if (isLong && Find(name) is { } option)
        {
            ReadOption(option, joined, isNegated, start, word);
            return;
        }
        // The protocol brings its own options without -m.
        if (isLong && IptablesMatches.OptionsOf(_fields.Protocol) is { } implied
            && implied.Any(one => one.Name.StartsWith(name, StringComparison.Ordinal)) && !implied.All(_options.Contains))
        {
            _options.AddRange(implied);
            ReadLong(word, name, joined, isNegated, start);
            return;
        }
        // An option of something that is not known here: its values are the words up to the next option.
        var text = new List<string> { word.Text };
        while (_at < _words.Count && !_words[_at].Text.StartsWith('-') && _words[_at].Text != "!")
        {
            text.Add(_words[_at++].Text);
        }
        if (_unknownMatch is { } match)
        {
            // The option belongs to the match that is not known.
            _conditions.Remove(match);
            text.Insert(0, match.Text);
        }
        _unknownMatch = Condition.NotUnderstood(string.Join(' ', text));
        _conditions.Add(_unknownMatch);
    }

    private IptablesOption? Find(string name)
    {
        if (_options.Find(option => option.Name == name) is { } exact)
        {
            return exact;
        }
        return name.Length == 0 ? null : _options.Where(option => option.Name.StartsWith(name, StringComparison.Ordinal))
            .MinBy(option => option.Name.Length);
    }

    private void ReadOption(IptablesOption option, string? joined, bool isNegated, int start, IptablesWord word)
    {
        var values = new List<string>();
        var (valueStart, end) = (joined is null ? word.End : word.End - joined.Length, word.End);
        if (joined is not null)
        {
            values.Add(joined);
        }
        // Older spellings have the negation after the option.
        if (joined is null && _at < _words.Count && _words[_at].Text == "!" && option.Values > 0)
        {
            isNegated = !isNegated;
            _at++;
        }
        while (values.Count < option.Values && _at < _words.Count)
        {
            if (values.Count == 0)
            {
                valueStart = _words[_at].Start;
            }
            end = _words[_at].End;
            values.Add(_words[_at++].Text);
        }
        if (values.Count < option.Values)
        {
            _conditions.Add(Condition.NotUnderstood($"--{option.Name}"));
            return;
        }
        Show(option, values, isNegated, (start, valueStart, end));
        if (option.Make is null)
        {
            _targetOptions[option.Name] = values.FirstOrDefault() ?? "";
            return;
        }
        if (option.Make(values, Context($"--{option.Name}{string.Concat(values.Select(value => " " + value))}")) is { } condition)
        {
            _conditions.Add(condition.Negated(isNegated));
        }
    }

    private void Show(IptablesOption option, List<string> values, bool isNegated, (int Start, int ValueStart, int End) place)
    {
        if (option.Name is "dport" or "destination-port" or "dports" or "destination-ports")
        {
            _fields = _fields with { PortsAt = _fields.Ports.Count > 0
                ? null : place, IsMultiport = option.Name.EndsWith('s'), Ports = [.. _fields.Ports, .. values[0].Split(',')],
                ArePortsNegated = _fields.ArePortsNegated || isNegated };
        }
        else if (option.Name == "comment")
        {
            _fields = _fields with { Comment = values[0] };
        }
    }

    private IptablesContext Context(string text) => new(rules, services, sets, text);
}
