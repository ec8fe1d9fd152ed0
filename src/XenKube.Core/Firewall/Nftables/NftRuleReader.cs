namespace XenKube.Firewall.Nftables;

/// <summary>Reads a rule of nft(8): matches and statements in their order, up to a verdict.</summary>
/// <param name="file">The file so far: sets, maps, chains without a name.</param>
/// <param name="table">The table of the rule.</param>
/// <param name="match">Makes conditions.</param>
/// <param name="keys">Reads the fields that a match looks at.</param>
/// <param name="words">The rule's tokens.</param>
internal sealed class NftRuleReader(NftRules file, string table, NftMatch match, NftKeys keys, NftWords words)
{
    private readonly NftRuleParts _rule = new();

    /// <summary>Reads the rule, which becomes several where it has a map: one for each element.</summary>
    /// <param name="line">Its line.</param>
    /// <param name="text">Its text.</param>
    /// <param name="path">The file, where another one includes it; null for the file itself.</param>
    public IReadOnlyList<(Rule Rule, NftFields Fields)> Read(int line, string text, string? path)
    {
        while (!words.IsAtEnd)
        {
            ReadOne();
        }
        return _rule.Build(line, text, path);
    }

    private void ReadOne()
    {
        var start = words.At;
        var word = words.Now!.Value;
        if (word.Kind == NftTokenKind.Word && NftStatements.Verdict(word.Text) is { } simple)
        {
            words.Skip(1);
            _rule.End(word.Text, simple);
            return;
        }
        switch (word.Kind == NftTokenKind.Word ? word.Text : "")
        {
            case "reject":
                words.SkipAll();
                _rule.End("reject", new RuleAction.Drop());
                break;
            case "jump" or "goto":
                words.Skip(1);
                var chain = words.Now is { } brace && brace.Is("{")
                    ? file.ReadUnnamed(table, words.Braces(), brace, words.Last) : words.Next();
                _rule.End(word.Text == "goto" ? $"goto {chain}" : chain, new RuleAction.Jump(chain, word.Text == "goto"));
                break;
            case "queue":
                words.SkipAll();
                _rule.End("queue", new RuleAction.NotUnderstood("queue"));
                break;
            case "notrack":
                words.Skip(1);
                _rule.Then(new RuleAction.Untrack());
                break;
            case "dnat" or "redirect" or "snat" or "masquerade" or "tproxy":
                words.Skip(1);
                new NftNatReader(words, _rule, keys, match, file.Services, ReadMap).Read(word.Text);
                break;
            case "comment":
                words.Skip(2);
                break;
            case "limit" or "quota":
                words.SkipOption();
                _rule.Add(Condition.NotUnderstood(words.TextFrom(start)));
                break;
            case "ct" when words.Ahead(1) is { } next && next.Is("count"):
                words.SkipOption();
                _rule.Add(Condition.NotUnderstood(words.TextFrom(start)));
                break;
            case var text when NftStatements.Passes(text):
                words.SkipOption();
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
        words.SkipOption();
        var text = words.TextFrom(start);
        if (words.IsAtEnd)
        {
            _rule.End(text, new RuleAction.NotUnderstood(text));
        }
        else
        {
            _rule.Add(Condition.NotUnderstood(text));
        }
    }

    private void ReadMatch(int start)
    {
        var fields = words.Keys(keys);
        if (words.Take("set"))
        {
            ReadSet(fields[0]);
            return;
        }
        _rule.AddNeeds(fields);
        if (words.Take("vmap"))
        {
            ReadVerdictMap(fields);
            return;
        }
        if (words.Take("&") || words.Take("and"))
        {
            var (mask, operation, value) = (words.Value(), words.Sign(), words.Value());
            _rule.Add(new Condition(words.TextFrom(start), NftMatch.OfBits(fields[0], mask, operation, value)));
            return;
        }
        var sign = words.Sign();
        if (words.Now is { } brace && brace.Is("{"))
        {
            var set = new NftElements();
            set.Add(words.Braces());
            foreach (var field in fields)
            {
                _rule.Show(field, sign, fields.Count == 1 ? string.Join(',', set.Items.Select(item => item.Parts[0])) : "");
            }
            Add(match.AnyOf(fields, set), sign);
        }
        else if (words.Now is { Kind: NftTokenKind.Word, Text: ['@', ..] } reference)
        {
            words.Skip(1);
            fields.ForEach(field => _rule.Show(field, sign, reference.Text));
            if (file.FindSet(table, reference.Text[1..]) is { } named)
            {
                Add(match.AnyOf(fields, named), sign);
            }
            else
            {
                _rule.Add(Condition.NotUnderstood(words.TextFrom(start)));
            }
        }
        else
        {
            var values = words.Value();
            while (words.Now is { Text: "." } && words.Ahead(1) is not null)
            {
                words.Skip(1);
                values += $" . {words.Value()}";
            }
            _rule.Show(fields[0], sign, values);
            if (values.Contains('$', StringComparison.Ordinal) || values.Length == 0)
            {
                _rule.Add(Condition.NotUnderstood(words.TextFrom(start)));
            }
            else if (fields.Count == 1 && words.Now is { } slash && slash.Is("/"))
            {
                // tcp flags syn / fin,syn,rst,ack
                words.Skip(1);
                Add(NftMatch.OfBits(fields[0], words.Value(), sign, values), "");
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
            _rule.Add(new Condition(words.TextFrom(start), negation == "!=" ? packet => test(packet).Not() : test));
    }

    private void ReadVerdictMap(List<NftKey> fields)
    {
        if (ReadMap() is not { IsDynamic: false } map)
        {
            _rule.End("vmap", new RuleAction.NotUnderstood("vmap"));
            return;
        }
        var exact = map.Items.Where(item => item.Parts is not ["*"]).Select(item => (Test: match.Of(fields, item),
            Action: NftStatements.VerdictOf(item.Data), Key: item.Parts[0])).ToList();
        _rule.Choose(fields, [.. exact, .. map.Items.Where(item => item.Parts is ["*"]).Select(item =>
            ((Func<Packet, Answer>)(packet => Answers.Any(exact.Select(one => one.Test(packet))).Not()),
                NftStatements.VerdictOf(item.Data), "*"))]);
    }

    /// <summary>Reads a map in braces or by its name; null for a name that is not known.</summary>
    private NftElements? ReadMap()
    {
        if (words.Now is { } brace && brace.Is("{"))
        {
            var map = new NftElements { IsMap = true };
            map.Add(words.Braces());
            return map;
        }
        return words.Next() is ['@', .. var name] ? file.FindSet(table, name) : null;
    }

    /// <summary>A statement that gives a packet another mark, or changes something that rules do not look at.</summary>
    private void ReadSet(NftKey field)
    {
        var start = words.At - 2;
        var isPlain = words.Ahead(1) is not { } after || NftStatements.Begins(after.Text) || NftKeys.Begins(after);
        var value = isPlain ? field.NumberOf(words.Now?.Text ?? "") : null;
        var isKey = words.Now is { } now && NftKeys.Begins(now);
        if (isKey && words.Key(keys) is { Number: { } other } source && !(words.Now is { } map && map.Is("map")))
        {
            Change(WithBits(source, other));
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
            words.Skip(-1);
            words.SkipOption();
        }

        void Change(Func<Packet, uint?> mark)
        {
            switch (field.Text)
            {
                case "mark" or "meta mark":
                    _rule.Then(new RuleAction.Alter(packet => packet with { Mark = mark(packet) }));
                    break;
                case "ct mark":
                    _rule.Then(new RuleAction.Alter(packet => packet with { ConnectionMark = mark(packet) }));
                    break;
                case var text when NftStatements.IsHarmless(text):
                    break;
                default:
                    _rule.End("set", new RuleAction.NotUnderstood(words.TextFrom(start)));
                    break;
            }
        }
    }

    /// <summary>The operators after a field: <c>meta mark &amp; 0xff00 | 2</c>.</summary>
    private Func<Packet, uint?> WithBits(NftKey key, Func<Packet, uint?> value)
    {
        var last = 0;
        while (words.Now is { } now && NftStatements.BitsOf(now.Text) is { } found)
        {
            words.Skip(1);
            // A later operator that binds more tightly would come first.
            var (before, operand) = (value, found.Binding >= last ? key.NumberOf(words.Word()) : null);
            last = found.Binding;
            value = packet => before(packet) is { } left && operand is { } right ? found.Apply(left, right) : null;
        }
        return value;
    }

}
