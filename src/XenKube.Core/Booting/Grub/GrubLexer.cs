using System.Text;

namespace XenKube.Booting.Grub;

/// <summary>
/// Splits a GRUB script into words and separators (GRUB manual 2.06, section 6.1, "Writing full configuration files directly").
/// </summary>
/// <param name="text">The script.</param>
/// <param name="source">Its name in errors.</param>
internal sealed class GrubLexer(string text, string source)
{
    private int _at;
    private int _line = 1;

    /// <summary>The next token.</summary>
    /// <exception cref="UnsupportedFeatureException">The script uses pipes or redirections.</exception>
    /// <exception cref="CorruptImageException">A quote is not closed.</exception>
    public GrubToken Next()
    {
        SkipBlanks();
        if (_at == text.Length)
        {
            return new GrubToken(GrubTokenKind.End, null, _line);
        }
        var line = _line;
        switch (text[_at])
        {
            case '\n':
                _at++;
                _line++;
                return new GrubToken(GrubTokenKind.Line, null, line);
            case ';':
                _at++;
                return new GrubToken(GrubTokenKind.Semicolon, null, line);
            case '{':
                _at++;
                return new GrubToken(GrubTokenKind.Open, null, line);
            case '}':
                _at++;
                return new GrubToken(GrubTokenKind.Close, null, line);
            case '|' or '&' or '<' or '>':
                throw new UnsupportedFeatureException(source, new GrubOrigin(source, line).ToString(), $"'{text[_at]}' of GRUB's scripts");
            default:
                return new GrubToken(GrubTokenKind.Word, Word(), line);
        }
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\r')
            {
                _at++;
            }
            else if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] == '\n')
            {
                _at += 2;
                _line++;
            }
            else if (text[_at] == '#')
            {
                var end = text.IndexOf('\n', _at);
                _at = end < 0 ? text.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    private GrubWord Word()
    {
        var parts = new List<GrubPart>();
        var literal = new StringBuilder();
        var line = _line;
        var isQuoted = false;
        while (_at < text.Length && text[_at] is not (' ' or '\t' or '\r' or '\n' or ';' or '{' or '}' or '|' or '&' or '<' or '>'))
        {
            var c = text[_at++];
            switch (c)
            {
                case '\'':
                    isQuoted = true;
                    Single(literal);
                    break;
                case '"':
                    isQuoted = true;
                    Double(parts, literal);
                    break;
                case '\\' when _at < text.Length:
                    // An escaped line break joins two lines.
                    _line += text[_at] == '\n' ? 1 : 0;
                    literal.Append(text[_at] == '\n' ? "" : text[_at].ToString());
                    _at++;
                    break;
                case '$' when VariableName() is { } name:
                    Flush(parts, literal, false);
                    parts.Add(new GrubPart(name, IsVariable: true, IsQuoted: false));
                    break;
                default:
                    literal.Append(c);
                    break;
            }
        }
        Flush(parts, literal, isQuoted);
        return new GrubWord(parts, line, isQuoted);
    }

    private void Single(StringBuilder literal)
    {
        var end = text.IndexOf('\'', _at);
        if (end < 0)
        {
            throw Unclosed();
        }
        literal.Append(text, _at, end - _at);
        _line += text.AsSpan(_at, end - _at).Count('\n');
        _at = end + 1;
    }

    private void Double(List<GrubPart> parts, StringBuilder literal)
    {
        while (true)
        {
            if (_at == text.Length)
            {
                throw Unclosed();
            }
            var c = text[_at++];
            if (c == '"')
            {
                return;
            }
            if (c == '\\' && _at < text.Length && text[_at] is '$' or '"' or '\\')
            {
                literal.Append(text[_at++]);
            }
            else if (c == '$' && VariableName() is { } name)
            {
                Flush(parts, literal, true);
                parts.Add(new GrubPart(name, IsVariable: true, IsQuoted: true));
            }
            else
            {
                _line += c == '\n' ? 1 : 0;
                literal.Append(c);
            }
        }
    }

    // After a dollar sign: NAME, {NAME}, or one of ? @ # * and a digit; null where it is only a dollar sign.
    private string? VariableName()
    {
        var start = _at;
        if (_at < text.Length && text[_at] == '{')
        {
            var end = text.IndexOf('}', _at);
            if (end < 0)
            {
                return null;
            }
            _at = end + 1;
            return text[(start + 1)..end];
        }
        if (_at < text.Length && text[_at] is '?' or '@' or '#' or '*' || (_at < text.Length && char.IsAsciiDigit(text[_at])))
        {
            return text[_at++].ToString();
        }
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }
        return _at > start ? text[start.._at] : null;
    }

    private static void Flush(List<GrubPart> parts, StringBuilder literal, bool isQuoted)
    {
        if (literal.Length > 0)
        {
            parts.Add(new GrubPart(literal.ToString(), IsVariable: false, isQuoted));
            literal.Clear();
        }
    }

    private CorruptImageException Unclosed() =>
        new(ErrorIds.CorruptBootScript, source, new GrubOrigin(source, _line).ToString(), "a quote is not closed");
}
