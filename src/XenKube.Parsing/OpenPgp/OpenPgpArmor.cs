using System.Text;

namespace XenKube.Parsing.OpenPgp;

/// <summary>ASCII armor, RFC 4880 section 6: packets as text between a BEGIN and an END line, with a checksum.</summary>
public static class OpenPgpArmor
{
    private const string Begin = "-----BEGIN PGP ";
    private const string End = "-----END PGP ";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly string[] Labels = ["SIGNATURE", "MESSAGE", "PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK", "SECRET KEY BLOCK",
        "ARMORED FILE"];

    /// <summary>Gives the packets of data that may or may not be armored.</summary>
    /// <param name="data">The content of a file.</param>
    /// <returns>The packets' bytes: the data itself if it is binary, else those of all blocks one after the other.</returns>
    /// <exception cref="OpenPgpFormatException">There is no block, or one is broken.</exception>
    public static ReadOnlyMemory<byte> Remove(ReadOnlyMemory<byte> data)
    {
        // Every packet starts with a set high bit; text before an armored block does so only in other languages.
        if (data.IsEmpty || ((data.Span[0] & 0x80) != 0 && data.Span.IndexOf("-----BEGIN PGP "u8) < 0))
        {
            return data;
        }
        if ((data.Span[0] & 0x80) != 0 && IsPackets(data))
        {
            return data;
        }
        return Decode(data.Span);
    }

    /// <summary>Writes packets as one armored block.</summary>
    /// <param name="label">What it is, as in <c>PUBLIC KEY BLOCK</c>.</param>
    /// <param name="packets">The packets.</param>
    public static string Write(string label, ReadOnlySpan<byte> packets)
    {
        var text = new StringBuilder();
        text.Append(Begin).Append(label).Append("-----\n\n");
        var base64 = Convert.ToBase64String(packets);
        for (var i = 0; i < base64.Length; i += 64)
        {
            text.Append(base64, i, Math.Min(64, base64.Length - i)).Append('\n');
        }
        var crc = Checksum(packets);
        text.Append('=').Append(Convert.ToBase64String([(byte)(crc >> 16), (byte)(crc >> 8), (byte)crc])).Append('\n');
        return text.Append(End).Append(label).Append("-----\n").ToString();
    }

    private static bool IsPackets(ReadOnlyMemory<byte> data)
    {
        try
        {
            OpenPgpPacket.ReadAll(data);
            return true;
        }
        catch (OpenPgpFormatException)
        {
            return false;
        }
    }

    private static byte[] Decode(ReadOnlySpan<byte> text)
    {
        var output = new List<byte>();
        var blocks = 0;
        var position = 0;
        if (text.StartsWith("\uFEFF"u8))
        {
            position = 3;
        }
        while (NextLine(text, ref position, out var line))
        {
            if (!IsBlockStart(line, position))
            {
                continue;
            }
            blocks++;
            SkipHeaders(text, ref position);
            var block = new List<byte>();
            ReadBlock(text, ref position, block);
            output.AddRange(block);
        }
        return blocks > 0 ? [.. output] : throw new OpenPgpFormatException(0, "this is neither OpenPGP packets nor an armored block");
    }

    private static bool IsBlockStart(ReadOnlySpan<byte> line, int position)
    {
        var text = Trim(line);
        if (!text.StartsWith("-----BEGIN PGP "u8) || !text.EndsWith("-----"u8) || text.Length < Begin.Length + 5)
        {
            return false;
        }
        var label = Encoding.ASCII.GetString(text[Begin.Length..^5]);
        if (label == "SIGNED MESSAGE")
        {
            throw new OpenPgpFormatException(position, "a clearsigned text is not a detached signature");
        }
        return Labels.Contains(label);
    }

    // Any lines up to the first empty one. Where that got lost on the way, those with a colon, which no data has.
    private static void SkipHeaders(ReadOnlySpan<byte> text, ref int position)
    {
        var next = position;
        while (NextLine(text, ref next, out var line) && !line.StartsWith("-----"u8))
        {
            if (Trim(line).IsEmpty)
            {
                position = next;
                return;
            }
        }
        next = position;
        while (NextLine(text, ref next, out var line) && line.Contains((byte)':'))
        {
            position = next;
        }
    }

    private static void ReadBlock(ReadOnlySpan<byte> text, ref int position, List<byte> block)
    {
        var (bits, count, padding) = (0, 0, 0);
        while (position < text.Length)
        {
            var start = position;
            NextLine(text, ref position, out var line);
            line = Trim(line);
            if (line.StartsWith("-"u8))
            {
                if (!IsBlockEnd(line))
                {
                    throw new OpenPgpFormatException(start, "an armored block has a line that is not base64");
                }
                if (line.StartsWith("-----BEGIN"u8))
                {
                    position = start; // the end line is missing and the next block begins
                }
                break;
            }
            for (var i = 0; i < line.Length; i++)
            {
                var character = (char)line[i];
                if (character == '=' && (count == 0 || padding > 0) && padding + count is 0 or 4)
                {
                    CheckSum(line[(i + 1)..], block, start + i);
                    SkipEnd(text, ref position);
                    return;
                }
                if (character == '=' && count >= 2)
                {
                    padding++;
                    Flush(block, bits, count, padding);
                    if (padding + count > 4)
                    {
                        throw new OpenPgpFormatException(start + i, "base64 with too much padding");
                    }
                    continue;
                }
                var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
                if (character is ' ' or '\t' && value < 0)
                {
                    continue;
                }
                if (value < 0 || padding > 0)
                {
                    throw new OpenPgpFormatException(start + i, "a character that is not base64");
                }
                bits = (bits << 6) | value;
                if (++count == 4)
                {
                    block.AddRange([(byte)(bits >> 16), (byte)(bits >> 8), (byte)bits]);
                    (bits, count) = (0, 0);
                }
            }
        }
        if (padding + count is not (0 or 4))
        {
            throw new OpenPgpFormatException(position, "an armored block ends within its data");
        }
    }

    private static void Flush(List<byte> block, int bits, int count, int padding)
    {
        if (count + padding != 4)
        {
            return;
        }
        bits <<= 6 * padding;
        block.Add((byte)(bits >> 16));
        if (count == 3)
        {
            block.Add((byte)(bits >> 8));
        }
    }

    private static bool IsBlockEnd(ReadOnlySpan<byte> line) =>
        line.StartsWith("-----END PGP "u8) || "-----END PGP "u8.StartsWith(line) || line.StartsWith("-----BEGIN PGP "u8);

    private static void CheckSum(ReadOnlySpan<byte> digits, List<byte> block, int offset)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            var six = Alphabet.IndexOf((char)digit, StringComparison.Ordinal);
            value = six < 0 ? throw new OpenPgpFormatException(offset, "the armor's checksum cannot be read") : (value << 6) | six;
        }
        if (digits.Length != 4 || value != Checksum(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(block)))
        {
            throw new OpenPgpFormatException(offset, "the armor's checksum is wrong");
        }
    }

    // After the checksum all bytes are there; what follows up to the end line is of no matter, and a new block is one.
    private static void SkipEnd(ReadOnlySpan<byte> text, ref int position)
    {
        var next = position;
        while (NextLine(text, ref next, out var line))
        {
            if (Trim(line).IsEmpty)
            {
                continue;
            }
            if (IsBlockEnd(Trim(line)) && !line.StartsWith("-----BEGIN"u8))
            {
                position = next;
            }
            return;
        }
    }

    // A line ends with LF, CR LF or CR.
    private static bool NextLine(ReadOnlySpan<byte> text, ref int position, out ReadOnlySpan<byte> line)
    {
        var rest = text[position..];
        var length = rest.IndexOfAny((byte)'\n', (byte)'\r');
        if (length < 0)
        {
            line = rest;
            position = text.Length;
            return rest.Length > 0;
        }
        line = rest[..length];
        position += length + 1;
        if (rest[length] == '\r' && length + 1 < rest.Length && rest[length + 1] == '\n')
        {
            position++;
        }
        return true;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => line.TrimEnd(" \t\v\f\0"u8);

    // Section 6.1
    private static int Checksum(ReadOnlySpan<byte> data)
    {
        var crc = 0xB704CE;
        foreach (var octet in data)
        {
            crc ^= octet << 16;
            for (var i = 0; i < 8; i++)
            {
                crc <<= 1;
                if ((crc & 0x1000000) != 0)
                {
                    crc ^= 0x1864CFB;
                }
            }
        }
        return crc & 0xFFFFFF;
    }
}
