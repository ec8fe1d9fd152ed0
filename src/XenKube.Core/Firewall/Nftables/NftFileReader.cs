namespace XenKube.Firewall.Nftables;

/// <summary>Reads the statements of a file of nft(8): blocks of tables, and commands.</summary>
/// <param name="rules">What is read so far.</param>
/// <param name="defines">The file's variables.</param>
internal sealed partial class NftFileReader(NftRules rules, NftDefines defines)
{
    private List<NftToken> _tokens = [];
    private int _at;

    /// <summary>How many files include this one.</summary>
    public int Depth { get; init; }

    public void Read(List<NftToken> tokens)
    {
        (_tokens, _at) = (tokens, 0);
        while (_at < _tokens.Count)
        {
            if (_tokens[_at].IsEnd)
            {
                _at++;
                continue;
            }
            ReadCommand();
        }
    }

    /// <summary>Reads the statements of a chain.</summary>
    public void ReadChainBody(Chain chain, string family, List<NftToken> body)
    {
        (_tokens, _at) = (body, 0);
        while (_at < _tokens.Count)
        {
            if (_tokens[_at].IsEnd)
            {
                _at++;
                continue;
            }
            ReadChainStatement(chain, family);
        }
    }

    private NftToken? Now => _at < _tokens.Count ? _tokens[_at] : null;

    private NftToken Last => _tokens[Math.Clamp(_at, 1, _tokens.Count) - 1];

    private string Next() => _at < _tokens.Count ? _tokens[_at++].Text : "";

    private string Word() => defines.Expand([_tokens[Math.Min(_at++, _tokens.Count - 1)]]) is [var one] ? one.Text : "";

    private bool IsAtBrace => Now is { } now && now.Is("{");

    /// <summary>Family, table, and a space between them, as chains are kept.</summary>
    private string Table()
    {
        var family = Now is { } now && NftRules.IsFamily(now.Text) ? Next() : "ip";
        return $"{family} {Word()}";
    }

    private void ReadCommand()
    {
        var start = _at;
        var verb = _tokens[_at].Text;
        switch (verb)
        {
            case "table":
                _at++;
                ReadTable();
                break;
            case "define" or "redefine":
                ReadDefinition();
                break;
            case "undefine":
                _at++;
                defines.Remove(Next());
                break;
            case "include":
                _at++;
                var at = _tokens[Math.Min(_at, _tokens.Count - 1)];
                rules.Include(Next(), at, Depth);
                break;
            case "flush" or "delete" or "destroy":
                _at++;
                Clear(verb);
                break;
            case "add" or "create":
                _at++;
                ReadAddition(start, isInsert: false);
                break;
            case "insert":
                _at++;
                ReadAddition(start, isInsert: true);
                break;
            case "list" or "reset" or "monitor" or "describe" or "export" or "import" or "rename" or "replace" or "get":
                Statement();
                break;
            default:
                // A rule, set or chain may be added without 'add'.
                ReadAddition(start, isInsert: false);
                break;
        }
    }

    /// <summary>The tokens up to the end of the statement; braces may have ends of lines in them.</summary>
    private List<NftToken> Statement()
    {
        var tokens = new List<NftToken>();
        var depth = 0;
        while (Now is { } now && (depth > 0 || !(now.IsEnd || now.Is("}"))))
        {
            depth += now.Is("{") ? 1 : now.Is("}") ? -1 : 0;
            tokens.Add(now);
            _at++;
        }
        return tokens;
    }

    /// <summary>The tokens within the braces here.</summary>
    private List<NftToken> Block()
    {
        var (start, opening) = (++_at, _tokens[_at - 1]);
        var depth = 1;
        while (Now is { } now)
        {
            depth += now.Is("{") ? 1 : now.Is("}") ? -1 : 0;
            _at++;
            if (depth == 0)
            {
                return _tokens[start..(_at - 1)];
            }
        }
        throw NftLexer.Bad(opening.Source, opening.Line, "a brace that is not closed");
    }

    private void ReadDefinition()
    {
        _at++;
        var name = Next();
        if (Now is { } sign && sign.Is("="))
        {
            _at++;
        }
        defines.Set(name, Statement());
    }

    private void ReadTable()
    {
        var table = Table();
        if (!IsAtBrace)
        {
            return;
        }
        var end = ReadNested(reader => reader.ReadTableStatement(table));
        _at = end;
    }

    /// <summary>Reads the block here statement by statement.</summary>
    /// <returns>The place after the block.</returns>
    private int ReadNested(Action<NftFileReader> read)
    {
        var block = Block();
        var inner = new NftFileReader(rules, defines) { Depth = Depth };
        (inner._tokens, inner._at) = (block, 0);
        while (inner._at < block.Count)
        {
            if (block[inner._at].IsEnd)
            {
                inner._at++;
                continue;
            }
            read(inner);
        }
        return _at;
    }

    private void ReadTableStatement(string table)
    {
        switch (_tokens[_at].Text)
        {
            case "chain":
                _at++;
                ReadChain(table);
                break;
            case "set" or "map":
                var isMap = Next() == "map";
                ReadSet(table, Word(), isMap);
                break;
            case "define" or "redefine" or "include" or "undefine":
                ReadCommand();
                break;
            case "flags":
                if (Statement().Exists(token => token.Is("dormant")))
                {
                    rules.Dormant.Add(table);
                }
                break;
            default:
                // Counters, limits, flow tables, helpers and comments; each is one statement, with braces or without.
                Statement();
                _at += Now is { } now && now.Is("}") ? 1 : 0;
                break;
        }
    }

    private void ReadChain(string table)
    {
        var chain = rules.Rules.Get(table, Word());
        var family = table.Split(' ')[0];
        (chain.SeesIPv4, chain.SeesIPv6) = (family is not "ip6" and not "arp", family is not "ip" and not "arp");
        if (!IsAtBrace)
        {
            return;
        }
        var opening = _tokens[_at];
        var end = ReadNested(reader => reader.ReadChainStatement(chain, family));
        rules.Define(chain, new NftChainPlace(opening.Source, opening.End, _tokens[end - 1].Start));
        _at = end;
    }

    private void ReadChainStatement(Chain chain, string family)
    {
        switch (_tokens[_at].Text)
        {
            case "type":
                NftHooks.Read(chain, family, defines.Expand(Statement()));
                break;
            case "policy":
                chain.Line = _tokens[_at].Line;
                chain.Accepts = !defines.Expand(Statement()).Exists(token => token.Is("drop"));
                break;
            case "devices" or "flags":
                Statement();
                break;
            case "comment" when _at + 1 < _tokens.Count && _tokens[_at + 1].Kind == NftTokenKind.Quoted:
                Statement();
                break;
            case "define" or "redefine" or "include" or "undefine":
                ReadCommand();
                break;
            default:
                if (Statement() is { Count: > 0 } rule)
                {
                    rules.Add(chain, rule, null, null);
                }
                else
                {
                    _at++;
                }
                break;
        }
    }

    private void ReadSet(string table, string name, bool isMap)
    {
        var set = rules.GetSet(table, name);
        set.IsMap |= isMap;
        if (IsAtBrace)
        {
            _at = ReadNested(reader => reader.ReadSetStatement(set));
        }
    }

    private void ReadSetStatement(NftElements set)
    {
        var word = _tokens[_at].Text;
        var statement = Statement();
        _at += statement.Count == 0 ? 1 : 0;
        if (word is "flags")
        {
            set.IsDynamic |= statement.Exists(token => token.Is("dynamic"));
        }
        else if (word is "elements")
        {
            set.Add(defines.Expand(statement.SkipWhile(token => !token.Is("=")).Skip(1)));
        }
        else if (word is "timeout")
        {
            set.IsDynamic = true;
        }
    }
}
