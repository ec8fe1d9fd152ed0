using System.Text;

namespace XenKube.Parsing.Yaml;

/// <summary>
/// The characters of a document: UTF-8, or UTF-16 by its mark, without the mark. Characters that are not allowed are not reported at
/// once but when the scanner comes near it: go-yaml decodes 512 bytes at a time, so an error of the scanner before the piece
/// with the bad byte is reported instead of it.
/// </summary>
/// <remarks>
/// Held against ajeddeloh/yaml 6b94386, the fork of go-yaml v2 in ct 0.5.0 and 0.9.0, and gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.
/// </remarks>
internal sealed class YamlText
{
    private const int Piece = 512;

    private readonly string? problem;
    private readonly int readable;

    private YamlText(string characters, string? problem, int readable)
    {
        Characters = characters;
        this.problem = problem;
        this.readable = readable;
    }

    /// <summary>The characters; those of the piece with the bad byte are missing.</summary>
    public string Characters { get; }

    /// <summary>Makes sure that characters up to the given position may be looked at.</summary>
    public void Ensure(int end)
    {
        if (problem is not null && end > readable)
        {
            throw new YamlException(problem);
        }
    }

    /// <summary>Decodes a document.</summary>
    public static YamlText Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return DecodeUtf16(bytes, bigEndian: bytes[0] == 0xFE);
        }
        var start = bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        if (!System.Text.Unicode.Utf8.IsValid(bytes[start..]))
        {
            return DecodeBrokenUtf8(bytes, start);
        }
        var text = Encoding.UTF8.GetString(bytes[start..]);
        var bad = text.AsSpan().IndexOfAny(NotAllowed);
        if (bad < 0)
        {
            return new YamlText(text, null, text.Length);
        }
        var badByte = start + Encoding.UTF8.GetByteCount(text.AsSpan(0, bad));
        var readable = text[..CharactersBefore(bytes, start, badByte)];
        return new YamlText(readable, "control characters are not allowed", readable.Length);
    }

    /// <summary>How many characters come before the piece in which the byte at the given place is decoded.</summary>
    private static int CharactersBefore(ReadOnlySpan<byte> bytes, int start, int badByte)
    {
        var (position, end, characters) = (start, Piece, 0);
        while (badByte >= end || position + Width(bytes[badByte]) > bytes.Length)
        {
            var (next, count) = DecodePiece(bytes, position, Math.Min(end, bytes.Length));
            if (next == position && end >= bytes.Length)
            {
                break;
            }
            characters += count;
            position = next;
            end = next + Piece;
        }
        return characters;
    }

    /// <summary>Where the whole characters of a piece end, and how many UTF-16 units they are.</summary>
    private static (int End, int Units) DecodePiece(ReadOnlySpan<byte> bytes, int position, int end)
    {
        var units = 0;
        while (position < end)
        {
            var width = Width(bytes[position]);
            if (position + width > end)
            {
                break;
            }
            units += width == 4 ? 2 : 1;
            position += width;
        }
        return (position, units);
    }

    private static bool IsLead(byte value) => (value & 0xC0) != 0x80 && value < 0xF8;

    private static int Width(byte lead) => lead switch
    {
        < 0x80 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        _ => 4,
    };

    private static YamlText DecodeBrokenUtf8(ReadOnlySpan<byte> bytes, int start)
    {
        var builder = new StringBuilder();
        var (position, pieceEnd) = (start, Piece);
        var readable = 0;
        while (true)
        {
            if (position >= pieceEnd || IsLead(bytes[position]) && position + Width(bytes[position]) > Math.Min(pieceEnd, bytes.Length))
            {
                // The rest of this piece is an unfinished character: the next piece starts with it.
                readable = builder.Length;
                pieceEnd = position + Piece;
            }
            var problem = TakeUtf8(bytes, ref position, builder);
            if (problem is not null)
            {
                return new YamlText(builder.ToString(0, readable), problem, readable);
            }
        }
    }

    private static string? TakeUtf8(ReadOnlySpan<byte> bytes, ref int position, StringBuilder builder)
    {
        var lead = bytes[position];
        var width = (lead & 0x80) == 0 ? 1 : (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : (lead & 0xF8) == 0xF0 ? 4 : 0;
        if (width == 0)
        {
            return "invalid leading UTF-8 octet";
        }
        if (position + width > bytes.Length)
        {
            return "incomplete UTF-8 octet sequence";
        }
        var value = width == 1 ? lead : lead & (0x7F >> width);
        for (var index = 1; index < width; index++)
        {
            if ((bytes[position + index] & 0xC0) != 0x80)
            {
                return "invalid trailing UTF-8 octet";
            }
            value = (value << 6) + (bytes[position + index] & 0x3F);
        }
        if (width == 2 && value < 0x80 || width == 3 && value < 0x800 || width == 4 && value < 0x10000)
        {
            return "invalid length of a UTF-8 sequence";
        }
        if (!Rune.IsValid(value))
        {
            return "invalid Unicode character";
        }
        if (!IsAllowed(value))
        {
            return "control characters are not allowed";
        }
        builder.Append(char.ConvertFromUtf32(value));
        position += width;
        return null;
    }

    private static YamlText DecodeUtf16(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var builder = new StringBuilder(bytes.Length / 2);
        var (position, pieceEnd, readable) = (2, Piece, 0);
        while (position < bytes.Length)
        {
            var high = Unit(bytes, position, bigEndian);
            var width = (high & 0xFC00) == 0xD800 ? 4 : 2;
            if (position + width > Math.Min(pieceEnd, bytes.Length))
            {
                readable = builder.Length;
                pieceEnd = position + Piece;
            }
            string? problem = null;
            if (high < 0)
            {
                problem = "incomplete UTF-16 character";
            }
            else if ((high & 0xFC00) == 0xDC00)
            {
                problem = "unexpected low surrogate area";
            }
            else if (width == 4)
            {
                var low = Unit(bytes, position + 2, bigEndian);
                problem = low < 0 ? "incomplete UTF-16 surrogate pair" : (low & 0xFC00) != 0xDC00 ? "expected low surrogate area" : null;
                builder.Append((char)high).Append((char)Math.Max(low, 0));
            }
            else if (!IsAllowed(high))
            {
                problem = "control characters are not allowed";
            }
            else
            {
                builder.Append((char)high);
            }
            if (problem is not null)
            {
                return new YamlText(builder.ToString(0, readable), problem, readable);
            }
            position += width;
        }
        return new YamlText(builder.ToString(), null, builder.Length);
    }

    private static int Unit(ReadOnlySpan<byte> bytes, int position, bool bigEndian) =>
        position + 1 >= bytes.Length ? -1
        : bigEndian ? (bytes[position] << 8) + bytes[position + 1]
        : bytes[position] + (bytes[position + 1] << 8);

    private static bool IsAllowed(int value) =>
        value is 0x09 or 0x0A or 0x0D or (>= 0x20 and <= 0x7E) or 0x85 or (>= 0xA0 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD)
            or >= 0x10000;

    private static readonly System.Buffers.SearchValues<char> NotAllowed = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 0x10000).Where(c => !IsAllowed(c) && !char.IsSurrogate((char)c)).Select(c => (char)c)]);
}
