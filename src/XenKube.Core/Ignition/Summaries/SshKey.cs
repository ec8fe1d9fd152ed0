using System.Security.Cryptography;
using XenKube.Ignition.Secrets;

namespace XenKube.Ignition.Summaries;

/// <summary>A line of an authorized_keys file.</summary>
/// <param name="Text">The line.</param>
/// <param name="Type">The kind of key, such as <c>ssh-ed25519</c>; empty if the line holds no key.</param>
/// <param name="Fingerprint"><c>SHA256:…</c> as <c>ssh-keygen -lf</c> prints it; empty if the line holds no key.</param>
/// <param name="Comment">The text after the key.</param>
public sealed record SshKey(string Text, string Type, string Fingerprint, string Comment)
{
    /// <summary>The options before the key, which restrict what it may do; empty if there are none.</summary>
    public string Options { get; init; } = "";

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The key.</returns>
    public static SshKey Read(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (var index = 0; index + 1 < words.Length; index++)
        {
            if (!IsType(words[index]))
            {
                continue;
            }
            var blob = new byte[words[index + 1].Length];
            if (Convert.TryFromBase64String(words[index + 1], blob, out var length) && length > 0)
            {
                var hash = Convert.ToBase64String(SHA256.HashData(blob.AsSpan(0, length))).TrimEnd('=');
                return new SshKey(line, words[index], "SHA256:" + hash, string.Join(' ', words[(index + 2)..]))
                {
                    Options = string.Join(' ', words[..index]),
                };
            }
        }
        return new SshKey(line, "", "", "");
    }

    private static bool IsType(string word) =>
        word.StartsWith("ssh-", StringComparison.Ordinal) || word.StartsWith("ecdsa-", StringComparison.Ordinal)
        || word.StartsWith("sk-", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Fingerprint.Length > 0 ? Fingerprint : "no key: " + SecretText.Redact(Text);
}
