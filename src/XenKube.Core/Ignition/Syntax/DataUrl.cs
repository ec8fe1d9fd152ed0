using System.Buffers;
using System.Text;

namespace XenKube.Ignition.Syntax;

/// <summary>Data URLs (RFC 2397) as the reference tools write them, and the reasons for which they refuse one.</summary>
/// <remarks>Held against vincent-petithory/dataurl v1.0.0, and 9a301d6 in ct and Ignition 0.35.0.</remarks>
internal static class DataUrl
{
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"u8);

    /// <summary>The URL of these bytes: <c>data:,</c> and every byte as itself or as <c>%XX</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> data) => Escape("data:,", data);

    /// <summary>The URL of this text's UTF-8 bytes.</summary>
    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    /// <summary>The URL of these bytes in base64: <c>data:;base64,</c> and the bytes.</summary>
    public static string EncodeBase64(ReadOnlySpan<byte> data) => "data:;base64," + Convert.ToBase64String(data);

    /// <summary>
    /// How many characters these bytes take when they are escaped by percent signs. Letters, digits and nine marks stand for themselves
    /// (RFC 2396's unreserved characters).
    /// </summary>
    public static long EscapedLength(ReadOnlySpan<byte> data)
    {
        var length = (long)data.Length;
        for (int plain; (plain = data.IndexOfAnyExcept(Plain)) >= 0; data = data[(plain + 1)..])
        {
            length += 2;
        }
        return length;
    }

    // Made at once in its full length: contents may be large.
    private static string Escape(string prefix, ReadOnlySpan<byte> data) => string.Create(
        checked((int)(prefix.Length + EscapedLength(data))),
        new Parts(prefix, data),
        static (escaped, parts) =>
        {
            const string digits = "0123456789ABCDEF";
            parts.Prefix.CopyTo(escaped);
            escaped = escaped[parts.Prefix.Length..];
            var data = parts.Data;
            while (!data.IsEmpty)
            {
                var plain = data.IndexOfAnyExcept(Plain);
                plain = plain < 0 ? data.Length : plain;
                Encoding.Latin1.GetChars(data[..plain], escaped);
                data = data[plain..];
                escaped = escaped[plain..];
                if (!data.IsEmpty)
                {
                    (escaped[0], escaped[1], escaped[2]) = ('%', digits[data[0] >> 4], digits[data[0] & 15]);
                    data = data[1..];
                    escaped = escaped[3..];
                }
            }
        });

    /// <summary>Why the reference refuses the URL, or null if it reads it.</summary>
    public static string? Validate(string url) => new DataUrlReader(url).Check();

    /// <summary>The bytes of a data URL, or null and the reference's reason.</summary>
    public static byte[]? Decode(string url, out string? error) => new DataUrlReader(url).Read(out error);

    private readonly ref struct Parts(string prefix, ReadOnlySpan<byte> data)
    {
        public string Prefix { get; } = prefix;

        public ReadOnlySpan<byte> Data { get; } = data;
    }
}
