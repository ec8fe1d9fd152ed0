using XenKube.Files;
using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>
/// The keys that a signature is checked by. Each is trusted (pinned by its primary's fingerprint) or merely known: a
/// signature by a known key can be good, but says nothing about who made it.
/// </summary>
public sealed class KeyRing
{
    private const int LargestFile = 16 << 20;

    private static readonly FileReadErrors FileErrors = new(ErrorIds.FileNotFound, ErrorIds.FileNotReadable, ErrorIds.KeyFileTooLarge,
        "key file");

    private readonly IReadOnlyList<RingEntry> _entries;

    private KeyRing(IReadOnlyList<RingEntry> entries, IReadOnlyList<string> problems)
    {
        _entries = entries;
        Problems = problems;
    }

    /// <summary>A ring without keys.</summary>
    public static KeyRing Empty { get; } = new([], []);

    /// <summary>The faults of key files: a file that cannot be read as keys adds none, and says so here.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>The keys, each once, as they stand today.</summary>
    public IReadOnlyList<SigningKey> Keys
    {
        get
        {
            var merged = Merge();
            return [.. merged.Select(entry => SigningKeyReader.Read(entry, Judge(entry, merged, DateTimeOffset.UtcNow)))];
        }
    }

    internal IReadOnlyList<RingEntry> Entries => _entries;

    /// <summary>Reads a key file, armored or binary, with one key or many.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isTrusted">True if the caller trusts the keys in it.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationFailedException">It cannot be read.</exception>
    public static KeyRing Load(string path, bool isTrusted) => Read(ReadFile(path), path, isTrusted);

    /// <summary>Reads a file of the trust store: root refuses one that another user could have written.</summary>
    internal static KeyRing LoadTrusted(string path) => Read(WholeFile.ReadOfHouse(path, isTrusted: true, LargestFile, FileErrors), path,
        isTrusted: true);

    /// <summary>Takes the keys out of the content of a file.</summary>
    /// <param name="content">The content.</param>
    /// <param name="source">What to call it, or null.</param>
    /// <param name="isTrusted">True if the caller trusts them.</param>
    public static KeyRing Read(ReadOnlyMemory<byte> content, string? source, bool isTrusted)
    {
        try
        {
            var certificates = OpenPgpCertificate.ReadAll(content);
            return certificates.Count > 0
                ? new KeyRing([.. certificates.Select(certificate => new RingEntry(certificate, isTrusted, source))], [])
                : new KeyRing([], [$"{source ?? "keys"}: no public key"]);
        }
        catch (OpenPgpFormatException e)
        {
            return new KeyRing([], [$"{source ?? "keys"}: {e.Message}"]);
        }
    }

    /// <summary>The keys of both rings. A key that one of them trusts is trusted.</summary>
    /// <param name="other">The other ring.</param>
    public KeyRing With(KeyRing other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new KeyRing([.. _entries, .. other._entries], [.. Problems, .. other.Problems]);
    }

    internal static KeyRing Of(IEnumerable<RingEntry> entries, IEnumerable<string> problems) => new([.. entries], [.. problems]);

    internal static byte[] ReadFile(string path) =>
        WholeFile.Read(path, LargestFile, FileErrors);

    /// <summary>One entry for each primary, from all its copies.</summary>
    internal IReadOnlyList<RingEntry> Merge()
    {
        var byFingerprint = _entries.ToLookup(entry => entry.Certificate.PrimaryKey.Fingerprint);
        return [.. OpenPgpCertificate.Merge(_entries.Select(entry => entry.Certificate)).Select(certificate =>
        {
            var copies = byFingerprint[certificate.PrimaryKey.Fingerprint];
            return new RingEntry(certificate, copies.Any(copy => copy.IsTrusted),
                (copies.FirstOrDefault(copy => copy.IsTrusted) ?? copies.First()).Source);
        })];
    }

    /// <summary>Judges a merged entry; the primaries of the others may be named to revoke it.</summary>
    internal static JudgedCertificate Judge(RingEntry entry, IReadOnlyList<RingEntry> merged, DateTimeOffset now) =>
        JudgedCertificate.Judge(entry.Certificate, entry.IsTrusted, now, fingerprint =>
            merged.FirstOrDefault(other => other.Certificate.PrimaryKey.Fingerprint == fingerprint)?.Certificate.PrimaryKey);
}
