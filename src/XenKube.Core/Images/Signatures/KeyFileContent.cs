using System.Text;
using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>Names what a file of keys holds besides, or in place of, keys that can be read.</summary>
internal static class KeyFileContent
{
    private const string Export = "Export the key: gpg --armor --export FINGERPRINT > key.asc";

    /// <summary>What a file is that holds no OpenPGP packets; null where it may.</summary>
    /// <param name="content">The file's content.</param>
    public static (string Reason, string Remedy)? FindForeign(ReadOnlySpan<byte> content)
    {
        // kbx/keybox-blob.c of GnuPG: the first blob is the header, with a magic at byte 8.
        if (content.Length >= 12 && content.Slice(8, 4).SequenceEqual("KBXf"u8))
        {
            return ("this is a keybox of GnuPG (pubring.kbx), not an exported key", Export);
        }
        if (content.StartsWith("SQLite format 3\0"u8))
        {
            return ("this is a database, such as GnuPG's keyboxd has (pubring.db), not an exported key", Export);
        }
        var text = Encoding.Latin1.GetString(content[..Math.Min(content.Length, 64)]).TrimStart();
        return text switch
        {
            _ when text.StartsWith("ssh-", StringComparison.Ordinal) || text.StartsWith("-----BEGIN OPENSSH", StringComparison.Ordinal) =>
                ("this is a key of ssh, which signs no images", Export),
            _ when text.StartsWith("-----BEGIN CERTIFICATE", StringComparison.Ordinal) =>
                ("this is an X.509 certificate, not an OpenPGP key", Export),
            _ when text.StartsWith("-----BEGIN PUBLIC KEY", StringComparison.Ordinal)
                || text.StartsWith("-----BEGIN RSA", StringComparison.Ordinal) =>
                    ("this is a PEM key without a user id, not an OpenPGP key", Export),
            _ when text.StartsWith("untrusted comment:", StringComparison.Ordinal) =>
                ("this is a key of minisign or signify, not an OpenPGP key", Export),
            _ when text.StartsWith("<!", StringComparison.Ordinal) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase) =>
                ("this is a web page, not a key: a log-in page (captive portal), or the page around the key",
                    "Download the file that the page links to"),
            _ => null,
        };
    }

    /// <summary>
    /// The keys of a file that are not read here, each as a sentence: secret ones, those of other versions or unknown algorithms.
    /// </summary>
    /// <param name="content">The file's content.</param>
    public static IReadOnlyList<string> FindSkipped(ReadOnlyMemory<byte> content)
    {
        try
        {
            return [.. OpenPgpPacket.ReadAll(OpenPgpArmor.Remove(content)).Select(Describe).OfType<string>()];
        }
        catch (OpenPgpFormatException)
        {
            return [];
        }
    }

    private static string? Describe(OpenPgpPacket packet)
    {
        var body = packet.Body.Span;
        var what = packet.Tag == OpenPgpPacket.PublicKey ? "key" : "subkey";
        if (packet.Tag == OpenPgpPacket.SecretKey)
        {
            return "a secret key, which is not for this file: export the public one, gpg --armor --export FINGERPRINT";
        }
        if (packet.Tag is not (OpenPgpPacket.PublicKey or OpenPgpPacket.PublicSubkey) || body.Length < 6)
        {
            return null;
        }
        return body[0] switch
        {
            2 or 3 => $"a {what} of version {body[0]} (PGP before 1998), which can be forged",
            5 => $"a {what} of version 5 (LibrePGP, GnuPG 2.4 and newer), which is not read here",
            6 => $"a {what} of version 6 (RFC 9580), which is not read here",
            not 4 => $"a {what} of version {body[0]}, which is not known",
            _ when AlgorithmName(body[5]) is { } name => $"a {what} of the algorithm {name}, which is not known here",
            _ => null,
        };
    }

    /// <summary>
    /// The name of a public-key algorithm that is not known here; null for one that is. The registry of RFC 9580, section 9.1, and its
    /// post-quantum additions.
    /// </summary>
    /// <param name="algorithm">Its number.</param>
    public static string? AlgorithmName(byte algorithm) => algorithm switch
    {
        1 or 2 or 3 or 16 or 17 or 18 or 19 or 22 => null,
        8 => "8 (Kyber of LibrePGP)",
        25 => "25 (X25519)",
        26 => "26 (X448)",
        27 => "27 (Ed25519 of RFC 9580)",
        28 => "28 (Ed448)",
        30 => "30 (ML-DSA-65 with Ed25519)",
        31 => "31 (ML-DSA-87 with Ed448)",
        32 or 33 or 34 => $"{algorithm} (SLH-DSA)",
        35 or 36 => $"{algorithm} (ML-KEM)",
        _ => $"{algorithm}",
    };
}
