using System.Buffers.Text;
using System.Globalization;

namespace XenKube.Ignition.Syntax;

/// <summary>
/// Reads one data URL with the strictness and the accidents of the library that the reference uses
/// (an <c>x</c> in front of the media type swallows the character after it, an empty quoted value leaves the next one quoted).
/// </summary>
/// <remarks>Held against vincent-petithory/dataurl v1.0.0 in Butane 0.19.0.</remarks>
internal sealed class DataUrlReader(string url)
{
    private int position;
    private int start;
    private bool isBase64;
    private bool nextValueIsQuoted;

    /// <summary>The data, or null and the reason.</summary>
    public byte[]? Read(out string? error)
    {
        error = ReadHead() ?? CheckCharacters();
        var data = url.AsSpan(position);
        return error is not null ? null : isBase64 ? GoBase64.Decode(data, out error) : Unescape(data, out error);
    }

    /// <summary>Why the URL cannot be decoded; null if it can. The data is decoded only if the answer depends on it.</summary>
    public string? Check()
    {
        var error = ReadHead() ?? CheckCharacters();
        var data = url.AsSpan(position);
        if (error is null && !(isBase64 ? Base64.IsValid(data) : !data.Contains('%')))
        {
            _ = isBase64 ? GoBase64.Decode(data, out error) : Unescape(data, out error);
        }
        return error;
    }

    private string? CheckCharacters()
    {
        foreach (var c in url.AsSpan(position))
        {
            if (!(isBase64 ? IsBase64Character(c) : IsUrlCharacter(c)))
            {
                return "invalid data character";
            }
        }
        return null;
    }

    private string? ReadHead()
    {
        if (!url.StartsWith("data:", StringComparison.Ordinal))
        {
            return "missing data prefix";
        }
        position = start = "data:".Length;
        var c = Next();
        switch (c)
        {
            case null:
                return "missing comma before data";
            case ',':
                return null;
            case ';':
                return ReadParameters();
            case 'x' or 'X':
                var isExtension = Next() == '-';
                return ReadMediaType(isExtension);
            case { } other when IsToken(other):
                return ReadMediaType(isExtension: false);
            default:
                return "invalid character after data prefix";
        }
    }

    private string? ReadMediaType(bool isExtension)
    {
        char? c;
        while ((c = Next()) != '/')
        {
            if (c is null)
            {
                return "missing media type slash";
            }
            if (!IsToken(c.Value))
            {
                return "invalid character for media type";
            }
        }
        if (!isExtension && !IsKnownType(url.AsSpan(start, position - 1 - start)))
        {
            return "invalid media type";
        }
        while ((c = Next()) is not (';' or ','))
        {
            if (c is null)
            {
                return "incomplete media type";
            }
            if (!IsToken(c.Value))
            {
                return "invalid character for media subtype";
            }
        }
        return c == ';' ? ReadParameters() : null;
    }

    /// <summary>From after a semicolon up to and with the comma.</summary>
    private string? ReadParameters()
    {
        while (true)
        {
            start = position;
            var c = Next();
            if (c is null or '=' or ',')
            {
                return "unterminated parameter sequence";
            }
            while (c is not ('=' or ','))
            {
                if (c is null)
                {
                    return "unterminated parameter sequence";
                }
                if (!IsToken(c.Value))
                {
                    return "invalid character for parameter attribute";
                }
                c = Next();
            }
            if (c == ',')
            {
                var word = url[start..(position - 1)];
                isBase64 = word == "base64";
                return isBase64 ? null : $"expected base64, got {word}";
            }
            if (ReadValue(out var separator) is { } fault)
            {
                return fault;
            }
            if (separator == ',')
            {
                return null;
            }
        }
    }

    private string? ReadValue(out char separator)
    {
        separator = ',';
        start = position;
        var c = Next();
        if (c == '"')
        {
            return ReadQuotedValue(out separator);
        }
        if (c is null)
        {
            return "missing comma before data";
        }
        do
        {
            // The first character has to be a token character: a separator at once is refused as a bad value.
            if (!IsToken(c.Value))
            {
                return "invalid character for parameter value";
            }
            c = Next();
            if (c is null)
            {
                return "missing comma before data";
            }
        }
        while (c is not (';' or ','));
        separator = c.Value;
        return CheckValue(url[start..(position - 1)]);
    }

    private string? ReadQuotedValue(out char separator)
    {
        separator = ',';
        nextValueIsQuoted = true;
        start = position;
        char? c;
        while ((c = Next()) != '"')
        {
            if (c is null)
            {
                return "unclosed quoted string";
            }
            if (c == '\\')
            {
                c = Next();
                if (c is > '\x7f')
                {
                    return "invalid escaped character";
                }
            }
            else if (c > '\x7f')
            {
                return "invalid character for parameter value";
            }
        }
        if (position - 1 > start && CheckValue(url[start..(position - 1)]) is { } fault)
        {
            return fault;
        }
        c = Next();
        separator = c ?? ',';
        return c is null ? "missing comma before data" : c is ';' or ',' ? null : "expected semicolon or comma";
    }

    private string? CheckValue(string value)
    {
        if (nextValueIsQuoted)
        {
            nextValueIsQuoted = false;
            return GoQuote.IsUnquotable(value) ? null : "invalid syntax";
        }
        Unescape(value, out var error);
        return error;
    }

    private char? Next() => position < url.Length ? url[position++] : null;

    private static bool IsToken(char c) => c is > ' ' and < '\x7f' && !"()<>@,;:\\\"/[]?=".Contains(c, StringComparison.Ordinal);

    private static bool IsUrlCharacter(char c) => c is > ' ' and < '\x7f' && !"<>#\"{}|\\^[]`".Contains(c, StringComparison.Ordinal);

    private static bool IsBase64Character(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=' or '\n';

    /// <summary>RFC 2045's types; the beginning decides, as in the reference.</summary>
    private static bool IsKnownType(ReadOnlySpan<char> type)
    {
        foreach (var known in (ReadOnlySpan<string>)["text", "image", "audio", "video", "application", "message", "multipart"])
        {
            if (type.StartsWith(known, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    private static byte[]? Unescape(ReadOnlySpan<char> text, out string? error)
    {
        error = null;
        var plain = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c > '\x7f')
            {
                error = "rfc2396: non-ASCII char detected";
                return null;
            }
            if (c == '%')
            {
                for (var digit = i + 1; digit <= i + 2; digit++)
                {
                    if (digit >= text.Length)
                    {
                        error = "rfc2396: unexpected end of unescape sequence";
                        return null;
                    }
                    if (!char.IsAsciiHexDigit(text[digit]))
                    {
                        // The reference names the percent sign, not the digit.
                        error = "rfc2396: invalid char 0x25 in unescape sequence";
                        return null;
                    }
                }
                c = (char)byte.Parse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            plain[length++] = (byte)c;
        }
        return plain[..length];
    }
}
