namespace XenKube.Firewall.Nftables;

/// <summary>The tokens of a rule of nft(8), with values in the place of variables, and how far they are read.</summary>
/// <param name="tokens">The tokens.</param>
internal sealed class NftWords(IReadOnlyList<NftToken> tokens)
{
    private static readonly string[] Signs = ["==", "!=", "<", ">", "<=", ">=", "!"];

    private static readonly Dictionary<string, string> WordSigns = new(StringComparer.Ordinal)
        { ["eq"] = "==", ["ne"] = "!=", ["lt"] = "<", ["gt"] = ">", ["le"] = "<=", ["ge"] = ">=" };

    private int _at;

    /// <summary>The place of the next token.</summary>
    public int At => _at;

    /// <summary>True if all tokens are read.</summary>
    public bool IsAtEnd => _at >= tokens.Count;

    /// <summary>The next token; null at the end.</summary>
    public NftToken? Now => Ahead(0);

    /// <summary>The token that was read last.</summary>
    public NftToken Last => tokens[_at - 1];

    /// <summary>A token after the next one; null beyond the end.</summary>
    public NftToken? Ahead(int count) => _at + count < tokens.Count ? tokens[_at + count] : null;

    /// <summary>Reads the next token; empty at the end.</summary>
    public string Next() => IsAtEnd ? "" : tokens[_at++].Text;

    /// <summary>Reads the next token if it is this one.</summary>
    public bool Take(string word)
    {
        var isThere = Now is { } now && now.Is(word);
        _at += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>Passes over some tokens.</summary>
    public void Skip(int count) => _at += count;

    /// <summary>Passes over all that is left.</summary>
    public void SkipAll() => _at = tokens.Count;

    /// <summary>Passes over this token and goes on to the next one that begins a match, a statement or a verdict.</summary>
    public void SkipOption()
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

    /// <summary>The tokens from a place up to here.</summary>
    public string TextFrom(int start) => string.Join(' ', tokens.Skip(start).Take(_at - start).Select(word => word.Text));

    /// <summary>The tokens between the brace here and the one that closes it.</summary>
    public List<NftToken> Braces()
    {
        var inner = new List<NftToken>();
        var depth = 0;
        do
        {
            var token = tokens[_at++];
            depth += token.Is("{") ? 1 : token.Is("}") ? -1 : 0;
            if (depth > 0 && (inner.Count > 0 || !token.Is("{") || depth > 1))
            {
                inner.Add(token);
            }
        }
        while (depth > 0 && _at < tokens.Count);
        return inner;
    }

    /// <summary>Reads a field of the packet.</summary>
    public NftKey Key(NftKeys keys) => keys.Read(tokens, ref _at);

    /// <summary>Reads the fields of the packet that a match looks at together: <c>ip saddr . tcp dport</c>.</summary>
    public List<NftKey> Keys(NftKeys keys)
    {
        var fields = new List<NftKey> { Key(keys) };
        while (Now is { Text: "." } && Ahead(1) is not null)
        {
            _at++;
            fields.Add(Key(keys));
        }
        return fields;
    }

    /// <summary>Reads an operator; empty for none.</summary>
    public string Sign()
    {
        if (Now is { } now && (Signs.Contains(now.Text) || WordSigns.ContainsKey(now.Text)))
        {
            _at++;
            return WordSigns.GetValueOrDefault(now.Text, now.Text);
        }
        return "";
    }

    /// <summary>Reads a value: a word, several with commas or bars between them, a range with blanks.</summary>
    public string Value()
    {
        var isInParentheses = Take("(");
        var text = Word();
        while (Now is { } now && (now.Text is "," or "|" or "or" or "-" || (now.Kind == NftTokenKind.Word && text.EndsWith('-'))))
        {
            _at += now.Text is "," or "|" or "or" or "-" ? 1 : 0;
            text += now.Text is "or" ? "|" : now.Text is "," or "|" or "-" ? now.Text : "";
            text += Word();
        }
        if (isInParentheses)
        {
            Take(")");
        }
        return text;
    }

    /// <summary>Reads a word; empty before a sign.</summary>
    public string Word() => Now is { Kind: not NftTokenKind.Sign } ? Next() : "";
}
