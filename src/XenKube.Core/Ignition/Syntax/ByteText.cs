using System.Text;

namespace XenKube.Ignition.Syntax;

/// <summary>
/// Texts that need not be valid UTF-8, as <c>!!binary</c> values are. A byte that is part of no character is kept as the lone
/// surrogate U+DC80 to U+DCFF, which no document can contain, and becomes that byte again where bytes are written.
/// </summary>
internal static class ByteText
{
    /// <summary>The text of these bytes.</summary>
    public static string FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                length = 1;
                text.Append((char)(0xDC00 + bytes[0]));
            }
            bytes = bytes[length..];
        }
        return text.ToString();
    }

    /// <summary>The bytes of a text.</summary>
    public static byte[] ToBytes(string text)
    {
        if (!HasLoneBytes(text))
        {
            return Encoding.UTF8.GetBytes(text);
        }
        var bytes = new List<byte>(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (IsLoneByte(text, index))
            {
                bytes.Add((byte)(text[index] - 0xDC00));
            }
            else
            {
                var width = char.IsSurrogatePair(text, index) ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(index, width)));
                index += width - 1;
            }
        }
        return [.. bytes];
    }

    /// <summary>How many bytes the text has.</summary>
    public static int Length(string text) => HasLoneBytes(text) ? ToBytes(text).Length : Encoding.UTF8.GetByteCount(text);

    private static bool HasLoneBytes(string text)
    {
        for (var index = text.AsSpan().IndexOfAnyInRange('\uDC80', '\uDCFF'); index >= 0 && index < text.Length; index++)
        {
            if (IsLoneByte(text, index))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsLoneByte(string text, int index) =>
        text[index] is >= '\uDC80' and <= '\uDCFF' && (index == 0 || !char.IsHighSurrogate(text[index - 1]));
}
