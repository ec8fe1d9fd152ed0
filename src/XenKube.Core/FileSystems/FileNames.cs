using System.Text;
using System.Text.Unicode;

namespace XenKube.FileSystems;

/// <summary>
/// Names of files as text. Linux knows bytes only: a byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte, as Python's
/// <c>surrogateescape</c> (PEP 383) has it, which is not the text of any other name and turns back into the same byte.
/// </summary>
public static class FileNames
{
    private const int Escape = 0xDC00;

    /// <summary>The text of a name.</summary>
    /// <param name="bytes">The bytes of the name.</param>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                length = 1;
                text.Append((char)(Escape + bytes[0]));
            }
            bytes = bytes[length..];
        }
        return text.ToString();
    }

    /// <summary>The bytes of a name.</summary>
    /// <param name="name">The text, as <see cref="Decode"/> makes it.</param>
    public static byte[] Encode(string name)
    {
        if (!name.AsSpan().ContainsAnyInRange('\uDC80', '\uDCFF'))
        {
            return Encoding.UTF8.GetBytes(name);
        }
        var bytes = new List<byte>(name.Length + 8);
        Span<byte> buffer = stackalloc byte[4];
        for (var i = 0; i < name.Length;)
        {
            if (Rune.TryGetRuneAt(name, i, out var rune))
            {
                bytes.AddRange(buffer[..rune.EncodeToUtf8(buffer)]);
                i += rune.Utf16SequenceLength;
            }
            else
            {
                var unit = name[i++];
                if (unit is >= '\uDC80' and <= '\uDCFF')
                {
                    bytes.Add((byte)(unit - Escape));
                }
                else
                {
                    bytes.AddRange(Encoding.UTF8.GetBytes("\uFFFD"));
                }
            }
        }
        return [.. bytes];
    }

    /// <summary>True where a name is one name: it cannot lead into, or out of, a directory.</summary>
    /// <param name="name">The name.</param>
    public static bool IsSingle(string name) => name is not ("" or "." or "..") && !name.AsSpan().ContainsAny('/', '\0');
}
