using System.Buffers;
using System.Text;

namespace XenKube.Ignition.Rules;

/// <summary>
/// Bytes as text and back without loss: a byte that is no UTF-8 becomes a lone low surrogate, which the JSON writer prints as
/// Go prints such a byte.
/// </summary>
internal static class Utf8Text
{
    private const char FirstByte = '\udc00';

    /// <summary>The bytes as text.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
                bytes = bytes[length..];
            }
            else
            {
                text.Append((char)(FirstByte + bytes[0]));
                bytes = bytes[1..];
            }
        }
        return text.ToString();
    }

    /// <summary>The text as bytes.</summary>
    public static byte[] Encode(string text)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var loneSurrogate = IndexOfLoneSurrogate(rest);
            Encoding.UTF8.GetBytes(rest[..loneSurrogate], bytes);
            if (loneSurrogate == rest.Length)
            {
                break;
            }
            var c = rest[loneSurrogate];
            bytes.Write(c is >= FirstByte and <= (char)(FirstByte + 0xff) ? [(byte)(c - FirstByte)] : "\ufffd"u8);
            rest = rest[(loneSurrogate + 1)..];
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static int IndexOfLoneSurrogate(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                i++;
                continue;
            }
            return i;
        }
        return text.Length;
    }
}
