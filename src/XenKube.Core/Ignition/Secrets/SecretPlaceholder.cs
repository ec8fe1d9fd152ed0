using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace XenKube.Ignition.Secrets;

/// <summary>The text in the place of a secret: its kind, its length and a fingerprint, by which people tell two secrets apart.</summary>
internal static class SecretPlaceholder
{
    /// <summary>
    /// Half of what would identify a secret among all there are: enough to see that a secret changed, too little to confirm a
    /// guess at a weak password.
    /// </summary>
    private const int FingerprintLength = 4;

    /// <summary>The placeholder of bytes.</summary>
    /// <param name="kind">A name of <see cref="SecretKind"/>.</param>
    /// <param name="secret">The secret.</param>
    public static string Of(string kind, ReadOnlySpan<byte> secret)
    {
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(secret).AsSpan(0, FingerprintLength));
        return string.Create(CultureInfo.InvariantCulture, $"[{kind}, {secret.Length} bytes, SHA256:{fingerprint}]");
    }

    /// <summary>The placeholder of a text.</summary>
    /// <inheritdoc cref="Of(string, ReadOnlySpan{byte})" path="/param"/>
    public static string Of(string kind, ReadOnlySpan<char> secret)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(secret.Length)];
        return Of(kind, bytes.AsSpan(0, Encoding.UTF8.GetBytes(secret, bytes)));
    }
}
