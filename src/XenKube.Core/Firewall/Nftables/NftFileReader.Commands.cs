namespace XenKube.Firewall.Nftables;

/// <summary>The commands that add and remove.</summary>
internal sealed partial class NftFileReader
{
    private void ReadAddition(int start, bool isInsert)
    {
        switch (Now?.Text ?? "")
        {
            case "table":
                _at++;
                ReadTable();
                break;
            case "chain":
                _at++;
                var table = Table();
                var at = _at;
                ReadChain(table);
                MarkEnd(rules.Rules.Get(table, _tokens[Math.Min(at, _tokens.Count - 1)].Text));
                break;
            case "set" or "map":
                var isMap = Next() == "map";
                ReadSet(Table(), Word(), isMap);
                break;
            case "element":
                _at++;
                var set = rules.GetSet(Table(), Word());
                set.Add(defines.Expand(Statement()));
                break;
            case "counter" or "quota" or "limit" or "flowtable" or "ct" or "secmark" or "synproxy":
                Statement();
                break;
            case "rule":
                _at++;
                ReadRule(start, isInsert);
                break;
            default:
                ReadRule(start, isInsert);
                break;
        }
    }

    private void ReadRule(int start, bool isInsert)
    {
        var first = _tokens[start];
        var table = Table();
        var chain = rules.Rules.Get(table, Word());
        int? index = isInsert ? 0 : null;
        while (Now is { Text: "index" or "position" or "handle" } word)
        {
            _at++;
            var number = int.TryParse(Next(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
                out var given) ? given : 0;
            index = word.Text != "index" ? null : isInsert ? number : number + 1;
        }
        var statement = Statement();
        if (statement.Count == 0)
        {
            throw NftLexer.Bad(first.Source, first.Line, "neither a table nor a rule");
        }
        rules.Add(chain, statement, index, $"{(isInsert ? "insert" : "add")} rule {table} {chain.Name}");
        MarkEnd(chain);
    }

    /// <summary>A chain that commands make ends after the last of them.</summary>
    private void MarkEnd(Chain chain)
    {
        if (rules.Find(chain) is null or { Opening: < 0 })
        {
            rules.Define(chain, new NftChainPlace(Last.Source, -1, Last.End));
        }
    }

    private void Clear(string verb)
    {
        var kind = Next();
        if (kind == "ruleset")
        {
            var family = Now is { } now && NftRules.IsFamily(now.Text) ? Next() : null;
            rules.RemoveTables(table => family is null || table.StartsWith($"{family} ", StringComparison.Ordinal));
        }
        else if (kind == "table")
        {
            var table = Table();
            if (verb == "flush")
            {
                foreach (var chain in rules.Rules.Chains.Where(chain => chain.Table == table))
                {
                    chain.Rules.Clear();
                }
            }
            else
            {
                rules.RemoveTables(one => one == table);
            }
        }
        else if (kind == "chain")
        {
            var chain = rules.Rules.Get(Table(), Word());
            chain.Rules.Clear();
            if (verb != "flush")
            {
                rules.Rules.Remove(chain);
            }
        }
        else if (kind is "set" or "map" && verb == "flush")
        {
            rules.GetSet(Table(), Word()).Items.Clear();
        }
        Statement();
    }
}
