using System.Text;

namespace XenKube.Ignition.Rules;

/// <summary>A <c>verification.hash</c>: function, dash, sum. Which characters the sum has is not looked at.</summary>
/// <remarks>Held against Ignition 0.35.0 and 2.16.2.</remarks>
internal static class HashSpecifier
{
    /// <summary>Why the reference refuses it, or null.</summary>
    /// <param name="text">The specifier.</param>
    /// <param name="allowSha256">Whether <c>sha256</c> is known: from spec 3.1.0 on.</param>
    public static string? Validate(string text, bool allowSha256)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            return "malformed hash specifier";
        }
        int? length = text[..dash] switch
        {
            "sha512" => 128,
            "sha256" when allowSha256 => 64,
            _ => null,
        };
        return length is null ? "unrecognized hash function"
            : Encoding.UTF8.GetByteCount(text.AsSpan(dash + 1)) != length ? "incorrect size for hash sum"
            : null;
    }
}
