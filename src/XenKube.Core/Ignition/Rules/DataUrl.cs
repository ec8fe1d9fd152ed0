using System.Text;

namespace XenKube.Ignition.Rules;

/// <summary>Data URLs (RFC 2397) as the reference tools write them, and the reasons for which they refuse one.</summary>
internal static class DataUrl
{
    private const string Unescaped = "-_.!~*'()";

    /// <summary>The URL of these bytes: <c>data:,</c> and every byte as itself or as <c>%XX</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> data) => "data:," + Escape(data);

    /// <summary>The URL of this text's UTF-8 bytes.</summary>
    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    /// <summary>The URL of these bytes in base64: <c>data:;base64,</c> and the bytes.</summary>
    public static string EncodeBase64(ReadOnlySpan<byte> data) => "data:;base64," + Convert.ToBase64String(data);

    /// <summary>Percent escapes: letters, digits and nine marks stand for themselves (RFC 2396's unreserved characters).</summary>
    public static string Escape(ReadOnlySpan<byte> data)
    {
        const string digits = "0123456789ABCDEF";
        var escaped = new StringBuilder(data.Length + (data.Length / 2));
        foreach (var value in data)
        {
            if (char.IsAsciiLetterOrDigit((char)value) || Unescaped.Contains((char)value, StringComparison.Ordinal))
            {
                escaped.Append((char)value);
            }
            else
            {
                escaped.Append('%').Append(digits[value >> 4]).Append(digits[value & 15]);
            }
        }
        return escaped.ToString();
    }

    /// <summary>The length of <see cref="Escape"/>'s result, without making it.</summary>
    public static long EscapedLength(ReadOnlySpan<byte> data)
    {
        var length = 0L;
        foreach (var value in data)
        {
            length += char.IsAsciiLetterOrDigit((char)value) || Unescaped.Contains((char)value, StringComparison.Ordinal) ? 1 : 3;
        }
        return length;
    }

    /// <summary>Why the reference refuses the URL, or null if it reads it.</summary>
    public static string? Validate(string url)
    {
        Decode(url, out var error);
        return error;
    }

    /// <summary>The bytes of a data URL, or null and the reference's reason.</summary>
    public static byte[]? Decode(string url, out string? error) => new DataUrlReader(url).Read(out error);
}
