using System.Buffers;
using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Json;

/// <summary>
/// Strings in a JSON text whose syntax was checked. Bytes that are not UTF-8 and lone surrogates become U+FFFD, as in Go.
/// </summary>
/// <remarks>Held against encoding/json of Go 1.19.</remarks>
internal static class JsonText
{
    /// <summary>Where a string ends: one after its closing quote.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The opening quote.</param>
    public static int EndOf(ReadOnlySpan<byte> text, int start)
    {
        var at = start + 1;
        while (true)
        {
            at += text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (text[at] == '"')
            {
                return at + 1;
            }
            at += 2;
        }
    }

    /// <summary>The string that begins at a quote.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The opening quote.</param>
    public static string StringAt(ReadOnlySpan<byte> text, int start)
    {
        var content = text[(start + 1)..];
        var plain = content.IndexOfAny((byte)'"', (byte)'\\');
        if (content[plain] == '"' && Ascii.IsValid(content[..plain]))
        {
            return Encoding.ASCII.GetString(content[..plain]);
        }
        var value = new StringBuilder();
        while (content[0] != '"')
        {
            content = content[(content[0] == '\\' ? ReadEscape(content, value) : ReadCharacter(content, value))..];
        }
        return value.ToString();
    }

    private static int ReadCharacter(ReadOnlySpan<byte> content, StringBuilder value)
    {
        // Go takes a broken sequence byte by byte.
        var isWhole = Rune.DecodeFromUtf8(content, out var rune, out var length) == OperationStatus.Done;
        Span<char> units = stackalloc char[2];
        value.Append(units[..rune.EncodeToUtf16(units)]);
        return isWhole ? length : 1;
    }

    private static int ReadEscape(ReadOnlySpan<byte> content, StringBuilder value)
    {
        var c = (char)content[1];
        if (c != 'u')
        {
            value.Append(c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
            return 2;
        }
        var unit = ReadHex(content);
        if (char.IsHighSurrogate(unit) && content[6] == '\\' && content[7] == 'u' && char.IsLowSurrogate(ReadHex(content[6..])))
        {
            value.Append(unit).Append(ReadHex(content[6..]));
            return 12;
        }
        value.Append(char.IsSurrogate(unit) ? '\ufffd' : unit);
        return 6;
    }

    private static char ReadHex(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
