using System.Globalization;
using System.Text;

namespace XenKube.Guests;

/// <summary>
/// Reads the language of xl.cfg(5) exactly as libxlutil does, with positions. Text that libxlutil refuses is refused here, so that
/// a file that passes is one that xl reads. One thing is stricter: numeric escapes in strings (<c>\x41</c>, <c>\101</c>), which
/// libxlutil 4.17 refuses or, in octal, silently turns into the end of the string.
/// </summary>
internal sealed class XenConfigParser
{
    private const int MaxDepth = 32;
    private readonly string _text;
    private int _at;
    private int _line = 1;
    private int _lineStart;

    // Every byte of the file is one character of the text here (Latin-1), so that any file comes back byte for byte.
    private XenConfigParser(string text) => _text = text;

    public static List<XenConfigSetting> Parse(string text) => new XenConfigParser(text).ReadFile();

    private List<XenConfigSetting> ReadFile()
    {
        var settings = new List<XenConfigSetting>();
        while (true)
        {
            SkipBlanks();
            if (_at == _text.Length)
            {
                return settings;
            }
            if (AtLineEnd())
            {
                SkipLineEnd();
            }
            else if (_text[_at] == ';')
            {
                _at++;
            }
            else
            {
                settings.Add(ReadSetting());
                SkipBlanks();
                if (_at < _text.Length && _text[_at] != ';' && !AtLineEnd())
                {
                    throw Bad($"{Seen()} after the value; an assignment ends with the line or with ';'");
                }
            }
        }
    }

    private XenConfigSetting ReadSetting()
    {
        var (start, line, column) = (_at, _line, Column);
        if (_text[_at] is < 'a' or > 'z')
        {
            throw Bad($"{Seen()} where a key was expected; keys are lower-case letters, digits, '_' and '.'");
        }
        while (_at < _text.Length && (_text[_at] is >= 'a' and <= 'z' or >= '0' and <= '9' or '_' or '.'))
        {
            _at++;
        }
        var name = _text[start.._at];
        SkipBlanks();
        var operatorStart = _at;
        var appends = _at + 1 < _text.Length && _text[_at] == '+' && _text[_at + 1] == '=';
        if (!appends && (_at == _text.Length || _text[_at] != '='))
        {
            throw Bad($"{Seen()} where '=' was expected after '{name}'");
        }
        _at += appends ? 2 : 1;
        SkipBlanks();
        var value = ReadValue(0);
        return new XenConfigSetting(name, appends, value, line, column) { Start = start, OperatorStart = operatorStart };
    }

    private XenConfigValue ReadValue(int depth)
    {
        if (_at == _text.Length)
        {
            throw Bad("the file ends where a value was expected");
        }
        return _text[_at] switch
        {
            '"' or '\'' => ReadString(),
            '[' => ReadList(depth),
            >= '0' and <= '9' => ReadNumber(),
            _ => throw Bad($"{Seen()} where a value was expected: a string in quotes, a number, or a list in brackets"),
        };
    }

    private XenConfigValue ReadNumber()
    {
        var (start, column) = (_at, Column);
        while (_at < _text.Length && (_text[_at] is >= '0' and <= '9' or >= 'a' and <= 'f' or 'x'))
        {
            _at++;
        }
        return XenConfigValue.Read(XenConfigValueKind.Number, _text[start.._at], [], _line, column, start, _at);
    }

    private XenConfigValue ReadString()
    {
        var (start, line, column) = (_at, _line, Column);
        var quote = _text[_at++];
        var text = new StringBuilder();
        while (true)
        {
            if (_at == _text.Length || _text[_at] == '\n')
            {
                _at = start;
                throw Bad($"the string has no closing {quote} on its line");
            }
            var c = _text[_at];
            if (c == quote)
            {
                _at++;
                return XenConfigValue.Read(XenConfigValueKind.Text, Decode(text.ToString()), [], line, column, start, _at);
            }
            if (c == '\0')
            {
                throw Bad("a NUL character in a string");
            }
            if (c == '\\')
            {
                c = ReadEscape();
            }
            text.Append(c);
            _at++;
        }
    }

    private char ReadEscape()
    {
        var next = _at + 1 < _text.Length ? _text[_at + 1] : '\n';
        switch (next)
        {
            case 'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v' or '\\' or '"' or '\'':
                _at++;
                return next switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => next };
            case 'x' or (>= '0' and <= '7'):
                throw Bad("a numeric escape in a string, which xl reads wrongly; write the character itself");
            case '\n':
                throw Bad("a backslash at the end of a line: xl knows no continuation lines outside of a list");
            default:
                throw Bad($"'\\{Show(next)}' is not an escape that xl knows; a backslash itself is written twice");
        }
    }

    private XenConfigValue ReadList(int depth)
    {
        var (start, line, column) = (_at, _line, Column);
        if (depth == MaxDepth)
        {
            throw Bad($"lists are nested more than {MaxDepth.ToString(CultureInfo.InvariantCulture)} deep");
        }
        _at++;
        var items = new List<XenConfigValue>();
        SkipBlanksAndLines(line);
        while (_text[_at] != ']')
        {
            items.Add(ReadValue(depth + 1));
            SkipBlanksAndLines(line);
            if (_text[_at] == ',')
            {
                _at++;
                SkipBlanksAndLines(line);
            }
            else if (_text[_at] != ']')
            {
                throw Bad($"{Seen()} where ',' or ']' was expected in the list that starts in line {line.ToString(CultureInfo.InvariantCulture)}");
            }
        }
        _at++;
        return XenConfigValue.Read(XenConfigValueKind.List, "", items, line, column, start, _at);
    }

    private void SkipBlanksAndLines(int listLine)
    {
        while (true)
        {
            SkipBlanks();
            if (_at == _text.Length)
            {
                throw Bad($"the file ends inside the list that starts in line {listLine.ToString(CultureInfo.InvariantCulture)}: its ']' is missing");
            }
            if (!AtLineEnd())
            {
                return;
            }
            SkipLineEnd();
        }
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t')
        {
            _at++;
        }
    }

    /// <summary>A comment is part of the end of its line.</summary>
    private bool AtLineEnd() => _text[_at] is '\n' or '#';

    private void SkipLineEnd()
    {
        var end = _text.IndexOf('\n', _at);
        if (end < 0)
        {
            // xl's grammar takes a comment only together with the newline after it; a lone '#' happens to pass.
            if (_at + 1 < _text.Length)
            {
                throw Bad("the file ends in a comment without a newline, which xl refuses");
            }
            _at = _text.Length;
            return;
        }
        _at = end + 1;
        _line++;
        _lineStart = _at;
    }

    private int Column => _at - _lineStart + 1;

    private string Seen()
    {
        if (_at == _text.Length)
        {
            return "the end of the file";
        }
        return _text[_at] switch
        {
            '\n' => "the end of the line",
            '\r' => "a carriage return (xl wants Unix line ends)",
            'ï' when _at == 0 => "a byte order mark",
            var c => $"'{Show(c)}'",
        };
    }

    // The text is decoded byte by byte, so that a character above 127 is one byte of several.
    private static string Show(char c) => c < 127 ? Printable.Of(c.ToString()) : string.Create(CultureInfo.InvariantCulture,
        $"\\x{(int)c:x2}");

    private static string Decode(string latin1) =>
        latin1.AsSpan().IndexOfAnyExceptInRange('\0', '\x7f') < 0 ? latin1 : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));

    private InvalidInputException Bad(string reason) =>
        new(ErrorIds.GuestConfigInvalid, null, string.Create(CultureInfo.InvariantCulture, $"line {_line}, column {Column}"), reason);
}
