using System.Net;
using XenKube.Networks;

namespace XenKube.Firewall.Nftables;

/// <summary>Reads a rule of nft(8): matches and statements in their order, up to a verdict.</summary>
/// <param name="file">The file so far: sets, maps, chains without a name.</param>
/// <param name="table">The table of the rule.</param>
/// <param name="match">Makes conditions.</param>
/// <param name="keys">Reads the fields that a match looks at.</param>
internal sealed class NftRuleReader(NftRules file, string table, NftMatch match, NftKeys keys)
{
    private static readonly string[] Signs = ["==", "!=", "<", ">", "<=", ">=", "!"];

    private static readonly Dictionary<string, string> WordSigns = new(StringComparer.Ordinal)
        { ["eq"] = "==", ["ne"] = "!=", ["lt"] = "<", ["gt"] = ">", ["le"] = "<=", ["ge"] = ">=" };

    private readonly List<(List<Condition> Conditions, RuleAction Action)> _parts = [];
    private List<Condition> _conditions = [];
    private IReadOnlyList<NftToken> _words = [];
    private int _at;
    private RuleAction? _verdict;
    private List<(Func<Packet, Answer> Test, RuleAction Action, string Key)>? _choices;
    private NftKey? _choiceKey;
    private RuleAction.Translate? _destination;
    private NftFields _fields = new();

    /// <summary>Reads a rule, which becomes several where it has a map: one for each element.</summary>
    /// <param name="words">The tokens, with values in the place of variables.</param>
    /// <param name="line">Its line.</param>
    /// <param name="text">Its text.</param>
    /// <param name="path">The file, where another one includes it; null for the file itself.</param>
    public IReadOnlyList<(Rule Rule, NftFields Fields)> Read(IReadOnlyList<NftToken> words, int line, string text, string? path)
    {
        (_words, _at) = (words, 0);
        while (_at < _words.Count)
        {
            ReadOne();
        }
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

    private NftToken? Now => _at < _words.Count ? _words[_at] : null;

    private string Next() => _at < _words.Count ? _words[_at++].Text : "";

    private bool Take(string word)
    {
        var isThere = Now is { } now && now.Is(word);
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private void ReadOne()
    {
        var start = _at;
        var word = _words[_at];
        if (word.Kind == NftTokenKind.Word && NftStatements.Verdict(word.Text) is { } simple)
        {
            _at++;
            End(word.Text, simple);
            return;
        }
        switch (word.Kind == NftTokenKind.Word ? word.Text : "")
        {
            case "reject":
                _at = _words.Count;
                End("reject", new RuleAction.Drop());
                break;
            case "jump" or "goto":
                _at++;
                var chain = Now is { } brace && brace.Is("{") ? file.ReadUnnamed(table, Braces(), brace, _words[_at - 1]) : Next();
                End(word.Text == "goto" ? $"goto {chain}" : chain, new RuleAction.Jump(chain, word.Text == "goto"));
                break;
            case "queue":
                _at = _words.Count;
                End("queue", new RuleAction.NotUnderstood("queue"));
                break;
            case "notrack":
                _at++;
                Then(new RuleAction.Untrack());
                break;
            case "dnat" or "redirect" or "snat" or "masquerade" or "tproxy":
                _at++;
                ReadNat(word.Text);
                break;
            case "comment":
                _at += 2;
                break;
            case "limit" or "quota":
                SkipOption();
                _conditions.Add(Condition.NotUnderstood(TextFrom(start)));
                break;
            case "ct" when IsText(_at + 1, "count"):
                SkipOption();
                _conditions.Add(Condition.NotUnderstood(TextFrom(start)));
                break;
            case var text when NftStatements.Passes(text):
                SkipOption();
                break;
            default:
                if (NftKeys.Begins(word))
                {
                    ReadMatch(start);
                }
                else
                {
                    ReadUnknown(start);
                }
                break;
        }
    }

    /// <summary>A word that is not known here may begin a match, a statement or a verdict.</summary>
    private void ReadUnknown(int start)
    {
        SkipOption();
        var text = TextFrom(start);
        if (_at >= _words.Count)
        {
            End(text, new RuleAction.NotUnderstood(text));
        }
        else
        {
            _conditions.Add(Condition.NotUnderstood(text));
        }
    }

    /// <summary>Goes on to the next word that begins a match, a statement or a verdict.</summary>
    private void SkipOption()
    {
        _at++;
        while (Now is { } now && !(now.Kind == NftTokenKind.Word && (NftStatements.Begins(now.Text) || NftKeys.Begins(now))))
        {
            if (now.Is("{"))
            {
                Braces();
            }
            else
            {
                _at++;
            }
        }
    }

    private string TextFrom(int start) => string.Join(' ', _words.Skip(start).Take(_at - start).Select(word => word.Text));

    private bool IsText(int at, string text) => at < _words.Count && _words[at].Is(text);

    private void End(string target, RuleAction action)
    {
        _fields = _fields with { Target = target };
        _verdict = action;
    }

    private void Then(RuleAction action)
    {
        _parts.Add((_conditions, action));
        _conditions = [];
    }

    /// <summary>The tokens between the brace here and the one that closes it.</summary>
    private List<NftToken> Braces()
    {
        var inner = new List<NftToken>();
        var depth = 0;
        do
        {
            var token = _words[_at++];
            depth += token.Is("{") ? 1 : token.Is("}") ? -1 : 0;
            if (depth > 0 && (inner.Count > 0 || !token.Is("{") || depth > 1))
            {
                inner.Add(token);
            }
        }
        while (depth > 0 && _at < _words.Count);
        return inner;
    }

    private void ReadMatch(int start)
    {
        var fields = new List<NftKey> { keys.Read(_words, ref _at) };
        while (Now is { Text: "." } && _at + 1 < _words.Count)
        {
            _at++;
            fields.Add(keys.Read(_words, ref _at));
        }
        if (Take("set"))
        {
            ReadSet(fields[0]);
            return;
        }
        _conditions.AddRange(fields.SelectMany(field => field.Needs));
        if (Take("vmap"))
        {
            ReadVerdictMap(fields);
            return;
        }
        if (Take("&") || Take("and"))
        {
            var (mask, operation, value) = (Value(), Sign(), Value());
            _conditions.Add(new Condition(TextFrom(start), NftMatch.OfBits(fields[0], mask, operation, value)));
            return;
        }
        var sign = Sign();
        if (Now is { } brace && brace.Is("{"))
        {
            var set = new NftElements();
            set.Add(Braces());
            foreach (var field in fields)
            {
                _fields = fields.Count == 1
                    ? _fields.With(field, sign, string.Join(',', set.Items.Select(item => item.Parts[0]))) : _fields.With(field, sign, "");
            }
            Add(match.AnyOf(fields, set), sign);
        }
        else if (Now is { Kind: NftTokenKind.Word, Text: ['@', ..] } reference)
        {
            _at++;
            _fields = fields.Aggregate(_fields, (all, field) => all.With(field, sign, reference.Text));
            if (file.FindSet(table, reference.Text[1..]) is { } named)
            {
                Add(match.AnyOf(fields, named), sign);
            }
            else
            {
                _conditions.Add(Condition.NotUnderstood(TextFrom(start)));
            }
        }
        else
        {
            var values = Value();
            while (Now is { Text: "." } && _at + 1 < _words.Count)
            {
                _at++;
                values += $" . {Value()}";
            }
            _fields = _fields.With(fields[0], sign, values);
            if (values.Contains('$', StringComparison.Ordinal) || values.Length == 0)
            {
                _conditions.Add(Condition.NotUnderstood(TextFrom(start)));
            }
            else if (fields.Count == 1 && IsText(_at, "/"))
            {
                // tcp flags syn / fin,syn,rst,ack
                _at++;
                Add(NftMatch.OfBits(fields[0], Value(), sign, values), "");
            }
            else if (fields.Count == 1)
            {
                Add(match.Of(fields[0], sign, values), "");
            }
            else
            {
                Add(match.Of(fields, new NftElement(values.Split(" . "), "", true)), sign);
            }
        }

        void Add(Func<Packet, Answer> test, string negation) =>
            _conditions.Add(new Condition(TextFrom(start), negation == "!=" ? packet => test(packet).Not() : test));
    }

    private string Sign()
    {
        if (Now is { } now && (Signs.Contains(now.Text) || WordSigns.ContainsKey(now.Text)))
        {
            _at++;
            return WordSigns.GetValueOrDefault(now.Text, now.Text);
        }
        return "";
    }

    /// <summary>A value: a word, several with commas or bars between them, a range with blanks.</summary>
    private string Value()
    {
        var isInParentheses = Take("(");
        var text = Now is { Kind: not NftTokenKind.Sign } ? Next() : "";
        while (Now is { } now && (now.Text is "," or "|" or "or" or "-" || (now.Kind == NftTokenKind.Word && text.EndsWith('-'))))
        {
            _at += now.Text is "," or "|" or "or" or "-" ? 1 : 0;
            text += now.Text is "or" ? "|" : now.Text is "," or "|" or "-" ? now.Text : "";
            text += Now is { Kind: not NftTokenKind.Sign } ? Next() : "";
        }
        if (isInParentheses)
        {
            Take(")");
        }
        return text;
    }

    private void ReadVerdictMap(List<NftKey> fields)
    {
        NftElements? map = null;
        if (Now is { } brace && brace.Is("{"))
        {
            map = new NftElements { IsMap = true };
            map.Add(Braces());
        }
        else if (Next() is ['@', .. var name])
        {
            map = file.FindSet(table, name);
        }
        if (map is null || map.IsDynamic)
        {
            End("vmap", new RuleAction.NotUnderstood("vmap"));
            return;
        }
        _choiceKey = fields.Count == 1 ? fields[0] : null;
        var exact = map.Items.Where(item => item.Parts is not ["*"]).Select(item => (Test: match.Of(fields, item),
            Action: NftStatements.VerdictOf(item.Data), Key: item.Parts[0])).ToList();
        _choices = [.. exact, .. map.Items.Where(item => item.Parts is ["*"]).Select(item =>
            ((Func<Packet, Answer>)(packet => Answers.Any(exact.Select(one => one.Test(packet))).Not()),
                NftStatements.VerdictOf(item.Data), "*"))];
        _choices = _choices.Count == 0 ? [(_ => Answer.No, new RuleAction.Continue(), "")] : _choices;
    }

    /// <summary>A statement that gives a packet another mark, or changes something that rules do not look at.</summary>
    private void ReadSet(NftKey field)
    {
        var start = _at - 2;
        var isPlain = _at + 1 >= _words.Count || NftStatements.Begins(_words[_at + 1].Text) || NftKeys.Begins(_words[_at + 1]);
        var value = isPlain ? field.NumberOf(Now?.Text ?? "") : null;
        var isKey = Now is { } now && NftKeys.Begins(now);
        if (isKey && keys.Read(_words, ref _at) is { Number: { } other } && (_at >= _words.Count || !_words[_at].Is("map")))
        {
            Change(packet => other(packet));
        }
        else if (isKey)
        {
            SkipRest();
            Change(_ => null);
        }
        else
        {
            SkipRest();
            Change(_ => value);
        }

        void SkipRest()
        {
            _at--;
            SkipOption();
        }

        void Change(Func<Packet, uint?> mark)
        {
            switch (field.Text)
            {
                case "mark" or "meta mark":
                    Then(new RuleAction.Alter(packet => packet with { Mark = mark(packet) }));
                    break;
                case "ct mark":
                    Then(new RuleAction.Alter(packet => packet with { ConnectionMark = mark(packet) }));
                    break;
                case var text when NftStatements.IsHarmless(text):
                    break;
                default:
                    End("set", new RuleAction.NotUnderstood(TextFrom(start)));
                    break;
            }
        }
    }

    private void ReadNat(string kind)
    {
        var start = _at - 1;
        foreach (var word in new[] { "ip", "ip6", "inet" })
        {
            Take(word);
        }
        var hasTo = Take("to");
        if (kind is "snat" or "masquerade")
        {
            _at = _words.Count;
            End(kind, new RuleAction.Accept());
        }
        else if (kind == "redirect" && (!hasTo || Destination() is { Address: null }))
        {
            var ports = hasTo ? _destination!.Port : null;
            End(kind, new RuleAction.Translate(null, ports, ToDom0: true));
        }
        else if (kind == "dnat" && hasTo && Now is { } now && NftKeys.Begins(now))
        {
            ReadNatMap(start);
        }
        else if (kind == "dnat" && hasTo && Destination() is { } to)
        {
            End(kind, to);
        }
        else
        {
            _at = _words.Count;
            End(kind, new RuleAction.NotUnderstood(TextFrom(start)));
        }
    }

    /// <summary><c>ADDRESS</c>, <c>ADDRESS:PORT</c>, <c>:PORT</c>, <c>[ADDRESS]:PORT</c>.</summary>
    private RuleAction.Translate? Destination()
    {
        var text = "";
        while (Now is { } now && !NftStatements.Begins(now.Text) && now.Text is not ("random" or "persistent" or "fully-random"))
        {
            text += Next();
        }
        return _destination = NftStatements.DestinationOf(text, file.Services);
    }

    /// <summary><c>dnat to tcp dport map { 8022 : 192.168.100.254 . 22 }</c>: a rule for each element.</summary>
    private void ReadNatMap(int start)
    {
        var fields = new List<NftKey> { keys.Read(_words, ref _at) };
        while (Now is { Text: "." } && _at + 1 < _words.Count)
        {
            _at++;
            fields.Add(keys.Read(_words, ref _at));
        }
        NftElements? map = null;
        if (Take("map"))
        {
            if (Now is { } brace && brace.Is("{"))
            {
                map = new NftElements { IsMap = true };
                map.Add(Braces());
            }
            else if (Next() is ['@', .. var name])
            {
                map = file.FindSet(table, name);
            }
        }
        _at = _words.Count;
        var choices = map?.Items.Select(item => (Test: match.Of(fields, item), Action: (RuleAction?)NftStatements.DestinationOf(
            item.Data.Replace(" . ", ":", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), file.Services),
            Key: item.Parts[0])).ToList();
        if (choices is null || choices.Exists(choice => choice.Action is null) || map!.IsDynamic)
        {
            End("dnat", new RuleAction.NotUnderstood(TextFrom(start)));
            return;
        }
        _conditions.AddRange(fields.SelectMany(field => field.Needs));
        _choiceKey = fields.Count == 1 ? fields[0] : null;
        _choices = [.. choices.Select(choice => (choice.Test, choice.Action!, choice.Key))];
        _choices = _choices.Count == 0 ? [(_ => Answer.No, new RuleAction.Continue(), "")] : _choices;
        End("dnat", new RuleAction.Continue());
    }
}
