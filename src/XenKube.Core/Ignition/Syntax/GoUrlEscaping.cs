using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Syntax;

/// <summary>Percent escapes of the parts of a URL, as Go's net/url reads and writes them.</summary>
/// <remarks>Held against net/url of Go 1.19.</remarks>
internal static class GoUrlEscaping
{
    /// <summary>The part of a URL, which decides what may stand in it unescaped.</summary>
    public enum Part
    {
        /// <summary>The path as a whole.</summary>
        Path,

        /// <summary>Host and port.</summary>
        Host,

        /// <summary>The zone of a scoped IPv6 address.</summary>
        Zone,

        /// <summary>User name or password.</summary>
        User,

        /// <summary>A name or value of the query.</summary>
        Query,

        /// <summary>The fragment.</summary>
        Fragment,
    }

    /// <summary>Whether the byte is written as an escape in that part.</summary>
    public static bool MustEscape(byte value, Part part)
    {
        if (char.IsAsciiLetterOrDigit((char)value) || "-_.~"u8.Contains(value))
        {
            return false;
        }
        if (part is Part.Host or Part.Zone && "!$&'()*+,;=:[]<>\""u8.Contains(value))
        {
            return false;
        }
        if ("$&+,/:;=?@"u8.Contains(value))
        {
            return part switch
            {
                Part.Path => value == '?',
                Part.User => "@/?:"u8.Contains(value),
                Part.Fragment => false,
                _ => true,
            };
        }
        return part != Part.Fragment || !"!()*"u8.Contains(value);
    }

    /// <summary>Writes bytes as that part of a URL.</summary>
    public static void Append(StringBuilder url, ReadOnlySpan<byte> text, Part part)
    {
        foreach (var value in text)
        {
            if (MustEscape(value, part))
            {
                url.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
            else
            {
                url.Append((char)value);
            }
        }
    }

    /// <summary>Writes bytes as that part of a URL.</summary>
    public static string Escape(ReadOnlySpan<byte> text, Part part)
    {
        var escaped = new StringBuilder(text.Length);
        Append(escaped, text, part);
        return escaped.ToString();
    }

    /// <summary>Reads the escapes of a part; null with a reason if one of them is broken or not allowed there.</summary>
    public static byte[]? Unescape(ReadOnlySpan<byte> text, Part part, out string? error)
    {
        error = null;
        var plain = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var value = text[i];
            if (value == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[i + 1]) || !char.IsAsciiHexDigit((char)text[i + 2]))
                {
                    error = InvalidEscape(text[i..Math.Min(text.Length, i + 3)]);
                    return null;
                }
                value = (byte)(Digit(text[i + 1]) << 4 | Digit(text[i + 2]));
                var isPercent = text.Slice(i, 3).SequenceEqual("%25"u8);
                // RFC 3986: in a host only bytes beyond ASCII may be escaped; RFC 6874 adds the percent sign of a zone.
                if ((part == Part.Host && value < 0x80 && !isPercent)
                    || (part == Part.Zone && !isPercent && value != ' ' && MustEscape(value, Part.Host)))
                {
                    error = InvalidEscape(text.Slice(i, 3));
                    return null;
                }
                i += 2;
            }
            else if (value == '+' && part == Part.Query)
            {
                value = (byte)' ';
            }
            else if (part is Part.Host or Part.Zone && value < 0x80 && MustEscape(value, part))
            {
                error = $"invalid character {GoQuote.Quote(text.Slice(i, 1))} in host name";
                return null;
            }
            plain[length++] = value;
        }
        return plain[..length];
    }

    private static string InvalidEscape(ReadOnlySpan<byte> text) => $"invalid URL escape {GoQuote.Quote(text)}";

    private static int Digit(byte value) => value <= (byte)'9' ? value - '0' : (value | 0x20) - 'a' + 10;
}
