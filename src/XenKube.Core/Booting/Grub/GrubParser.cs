namespace XenKube.Booting.Grub;

/// <summary>Reads a GRUB script: commands, <c>if</c>, functions and menu entries. Loops are refused by name.</summary>
internal sealed class GrubParser
{
    private const int DeepestNesting = 32;

    private static readonly string[] Unsupported = ["while", "until", "for", "select", "time"];

    private readonly string _source;
    private readonly GrubLexer _lexer;
    private GrubToken _token;
    private int _depth;
    private bool _isDelimited;

    private GrubParser(string text, string source)
    {
        _source = source;
        _lexer = new GrubLexer(text, source);
        _token = _lexer.Next();
    }

    /// <summary>Reads a script.</summary>
    /// <param name="text">The script.</param>
    /// <param name="source">Its name in errors.</param>
    /// <exception cref="CorruptImageException">The script breaks the language's rules; the place names the line.</exception>
    /// <exception cref="UnsupportedFeatureException">The script uses a part of the language that boot chains do not use.</exception>
    public static IReadOnlyList<GrubStatement> Parse(string text, string source)
    {
        var parser = new GrubParser(text, source);
        var statements = parser.Statements(mayBeEmpty: true);
        return parser._token.Kind == GrubTokenKind.End ? statements : throw parser.Unexpected();
    }

    private string? Keyword => _token.Kind == GrubTokenKind.Word ? _token.Word!.Plain : null;

    // A list ends at a keyword, a brace or the end. A line break or one semicolon ends a statement.
    private List<GrubStatement> Statements(bool mayBeEmpty = false, params ReadOnlySpan<string> ends)
    {
        if (++_depth > DeepestNesting)
        {
            throw Invalid("blocks are nested too deep");
        }
        var statements = new List<GrubStatement>();
        while (true)
        {
            SkipLines();
            if (_token.Kind is GrubTokenKind.End or GrubTokenKind.Close || (Keyword is { } keyword && ends.Contains(keyword)))
            {
                _depth--;
                return statements.Count > 0 || mayBeEmpty ? statements : throw Unexpected();
            }
            statements.Add(Statement());
            _isDelimited = _token.Kind is GrubTokenKind.Line or GrubTokenKind.Semicolon;
            if (_token.Kind == GrubTokenKind.Semicolon)
            {
                Advance();
            }
            else if (_token.Kind is not (GrubTokenKind.Line or GrubTokenKind.End or GrubTokenKind.Close))
            {
                throw Unexpected();
            }
        }
    }

    private GrubStatement Statement()
    {
        var line = _token.Line;
        switch (Keyword)
        {
            case "if":
                return If(line);
            case "function":
                Advance();
                var name = Keyword ?? throw Unexpected();
                Advance();
                SkipLines();
                return new GrubFunction(line, name, Block(mustBeDelimited: true));
            case "then" or "elif" or "else" or "fi" or "do" or "done":
                throw Unexpected();
            case { } keyword when Unsupported.Contains(keyword):
                throw new UnsupportedFeatureException(_source, new GrubOrigin(_source, line).ToString(), $"'{keyword}' of GRUB's scripts");
            default:
                return Command(line);
        }
    }

    private GrubCommand Command(int line)
    {
        var words = new List<GrubWord>();
        while (_token.Kind == GrubTokenKind.Word)
        {
            words.Add(_token.Word!);
            Advance();
        }
        var block = _token.Kind == GrubTokenKind.Open ? Block() : null;
        return words.Count > 0 ? new GrubCommand(line, words, block) : throw Unexpected();
    }

    private GrubIf If(int line)
    {
        var branches = new List<(IReadOnlyList<GrubStatement>?, IReadOnlyList<GrubStatement>)>();
        do
        {
            Advance();
            var condition = Statements(ends: "then");
            Expect("then");
            branches.Add((condition, Statements(ends: ["elif", "else", "fi"])));
        }
        while (Keyword == "elif");
        if (Keyword == "else")
        {
            Advance();
            branches.Add((null, Statements(ends: "fi")));
        }
        Expect("fi");
        return new GrubIf(line, branches);
    }

    private List<GrubStatement> Block(bool mustBeDelimited = false)
    {
        if (_token.Kind != GrubTokenKind.Open)
        {
            throw Unexpected();
        }
        Advance();
        var body = Statements();
        if (_token.Kind != GrubTokenKind.Close || (mustBeDelimited && !_isDelimited))
        {
            throw Unexpected();
        }
        Advance();
        return body;
    }

    private void Expect(string keyword)
    {
        if (Keyword != keyword)
        {
            throw Unexpected();
        }
        Advance();
    }

    private void SkipLines()
    {
        while (_token.Kind == GrubTokenKind.Line)
        {
            Advance();
        }
    }

    private void Advance() => _token = _lexer.Next();

    private CorruptImageException Unexpected() => Invalid(_token.Kind switch
    {
        GrubTokenKind.End => "the script ends within a block",
        GrubTokenKind.Close => "'}' is not expected here",
        GrubTokenKind.Word when Keyword is { } keyword => $"'{Printable.Of(keyword)}' is not expected here",
        _ => "this is not a command",
    });

    private CorruptImageException Invalid(string reason) => new(ErrorIds.CorruptBootScript, _source,
        new GrubOrigin(_source, _token.Line).ToString(), reason);
}
