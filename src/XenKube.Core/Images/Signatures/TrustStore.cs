using System.Text;
using XenKube.Files;
using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>
/// The keys that the administrator trusts: a directory with one file for each primary, named after its fingerprint. The
/// name is what pins the key; a file whose content is another key gives none.
/// </summary>
public sealed class TrustStore
{
    private const int FewestDigits = 8;

    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(30);

    private readonly string _directory;

    /// <summary>Opens a trust store.</summary>
    /// <param name="keysDirectory">The directory, <c>$XENDIR/keys</c>; made when the first key is imported.</param>
    public TrustStore(string keysDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(keysDirectory);
        _directory = keysDirectory;
    }

    /// <summary>The keys, by fingerprint.</summary>
    /// <exception cref="OperationFailedException">The directory cannot be read.</exception>
    public IReadOnlyList<SigningKey> List() => OpenKeyRing().Keys;

    /// <summary>The keys as a ring to check signatures by.</summary>
    /// <exception cref="OperationFailedException">The directory cannot be read.</exception>
    public KeyRing OpenKeyRing()
    {
        var entries = new List<RingEntry>();
        var problems = new List<string>();
        foreach (var path in ListFiles())
        {
            var ring = KeyRing.LoadTrusted(path);
            var pinned = Path.GetFileNameWithoutExtension(path);
            problems.AddRange(ring.Problems);
            entries.AddRange(ring.Entries.Where(entry => entry.Certificate.PrimaryKey.Fingerprint == pinned));
        }
        return KeyRing.Of(entries, problems);
    }

    /// <summary>
    /// Trusts the keys of a file, armored or binary. A key that is there already gets what the file has beyond it; a file
    /// with nothing but revocations is applied to the keys that are there.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <returns>The keys, as they are now in the store.</returns>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidInputException">There is no key in it that could be used.</exception>
    public IReadOnlyList<SigningKey> Import(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        return Import(KeyRing.ReadFile(file), file);
    }

    /// <summary>Trusts the keys in the content of a file.</summary>
    /// <param name="content">The content, armored or binary.</param>
    /// <param name="source">What to call it in an error; null for nothing.</param>
    /// <returns>The keys, as they are now in the store.</returns>
    /// <exception cref="InvalidInputException">There is no key in it that could be used.</exception>
    /// <exception cref="ItemInUseException">Another process was changing the store all the time.</exception>
    public IReadOnlyList<SigningKey> Import(ReadOnlyMemory<byte> content, string? source = null)
    {
        if (KeyFileContent.FindForeign(content.Span) is { } foreign)
        {
            throw new InvalidInputException(ErrorIds.KeyFileMalformed, source, null, foreign.Reason, foreign.Remedy);
        }
        IReadOnlyList<OpenPgpCertificate> certificates;
        try
        {
            certificates = OpenPgpCertificate.ReadAll(content);
        }
        catch (OpenPgpFormatException e)
        {
            throw new InvalidInputException(ErrorIds.KeyFileMalformed, source, $"byte {e.Offset}", e.Reason,
                "Export the key again: gpg --armor --export FINGERPRINT", e);
        }
        if (certificates.Count == 0)
        {
            return ImportRevocations(content) is { Count: > 0 } revoked ? revoked
                : throw Empty(content, source);
        }
        return Import(certificates, source);
    }

    private List<SigningKey> Import(IReadOnlyList<OpenPgpCertificate> certificates, string? source)
    {
        Merge(certificates, source); // what is refused leaves no trace
        using var held = Lock("import of keys");
        var imported = Merge(certificates, source);
        Write([.. imported.Select(key => key.Entry)]);
        return [.. imported.Select(key => SigningKeyReader.Read(key.Entry, key.Judged))];
    }

    /// <summary>
    /// The keys of a file that an import leaves out, each as a sentence: those of other versions or unknown algorithms, and secret ones.
    /// </summary>
    /// <param name="content">The content, armored or binary.</param>
    public static IReadOnlyList<string> FindSkipped(ReadOnlyMemory<byte> content) => KeyFileContent.FindSkipped(content);

    /// <summary>The same of a file.</summary>
    /// <param name="file">The file.</param>
    public static IReadOnlyList<string> FindSkipped(string file) => FindSkipped(KeyRing.ReadFile(file));

    /// <summary>Compares the copy of a key that comes with XenKube with the trusted one.</summary>
    /// <param name="known">The known key.</param>
    public KnownKeyState StateOf(KnownKey known)
    {
        ArgumentNullException.ThrowIfNull(known);
        return KeyRenewal.Compare(known, List().FirstOrDefault(key => key.Fingerprint == known.Fingerprint));
    }

    /// <summary>Trusts a key that comes with XenKube, or adds what its copy has beyond the trusted one.</summary>
    /// <param name="name">Its name: <c>CoreOS</c>, <c>Flatcar</c>, <c>Fedora-43</c>; <c>Fedora</c> for those of all releases that are
    /// known.</param>
    /// <exception cref="ItemNotFoundException">No known key has that name.</exception>
    public IReadOnlyList<SigningKey> ImportKnown(string name)
    {
        var known = KnownKey.FindAll(name);
        if (known.Count == 0)
        {
            throw new ItemNotFoundException(ErrorIds.KnownKeyNotFound, null, null, $"there is no known key '{name}'",
            $"Known are {string.Join(" and ", KnownKey.All.Select(key => key.Name))}; import any other key from its file");
        }
        // A file may hold keys of more releases than those that are asked for.
        var certificates = OpenPgpCertificate.Merge(known.SelectMany(key =>
            OpenPgpCertificate.ReadAll(key.ReadContent()).Where(certificate => certificate.PrimaryKey.Fingerprint == key.Fingerprint)));
        return certificates.Count == known.Count ? Import(certificates,
            name) : throw new InvalidOperationException($"the key of {name} has another fingerprint");
    }

    /// <summary>Stops trusting a key.</summary>
    /// <param name="fingerprint">The primary's fingerprint, or its last digits, at least eight, as long as they mean one key; blanks are
    /// ignored.</param>
    /// <returns>False if there was no such key.</returns>
    /// <exception cref="InvalidInputException">It is not a fingerprint, or means several keys.</exception>
    /// <exception cref="ItemInUseException">Another process was changing the store all the time.</exception>
    public bool Remove(string fingerprint)
    {
        RequireDigits(fingerprint);
        if (!Directory.Exists(_directory))
        {
            return false;
        }
        using var held = Lock("removal of a key");
        if (FindFile(fingerprint) is not { } file)
        {
            return false;
        }
        try
        {
            return HostFile.Remove(file);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.KeyNotRemoved, file, null, e.Message, innerException: e);
        }
    }

    /// <summary>The whole fingerprint of a trusted key.</summary>
    /// <param name="fingerprint">The primary's fingerprint, or its last digits, as for <see cref="Remove"/>.</param>
    /// <exception cref="InvalidInputException">It is not a fingerprint, or means several keys.</exception>
    /// <exception cref="ItemNotFoundException">No such key is trusted.</exception>
    public string FullFingerprint(string fingerprint)
    {
        RequireDigits(fingerprint);
        return Directory.Exists(_directory) && FindFile(fingerprint) is { } file ? Path.GetFileNameWithoutExtension(file)
            : throw new ItemNotFoundException(ErrorIds.KeyNotFound, _directory, null, $"no key '{Printable.Of(fingerprint)}' is trusted",
                "List the trusted keys");
    }

    private string? FindFile(string fingerprint)
    {
        var digits = RequireDigits(fingerprint);
        var matching = ListFiles().Where(path => Path.GetFileNameWithoutExtension(path).EndsWith(digits, StringComparison.Ordinal))
            .ToList();
        return matching.Count > 1
            ? throw new InvalidInputException(ErrorIds.FingerprintAmbiguous, null, null, $"'{fingerprint}' means {matching.Count} keys",
                "Give more of its digits")
            : matching.Count == 1 ? matching[0] : null;
    }

    private static string RequireDigits(string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(fingerprint);
        var digits = fingerprint.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        if (digits.StartsWith("0X", StringComparison.Ordinal))
        {
            digits = digits[2..];
        }
        return digits.Length is >= FewestDigits and <= 40 && digits.All(char.IsAsciiHexDigit) ? digits
            : throw new InvalidInputException(ErrorIds.FingerprintInvalid, null, null, $"'{fingerprint}' is not a fingerprint",
                $"Give its 40 hexadecimal digits, or the last ones, at least {FewestDigits}");
    }

    private List<(RingEntry Entry, JudgedCertificate Judged)> Merge(IReadOnlyList<OpenPgpCertificate> certificates, string? source)
    {
        var merged = OpenKeyRing().With(KeyRing.Of(certificates.Select(certificate => new RingEntry(certificate, true, null)), [])).Merge();
        var wanted = certificates.Select(certificate => certificate.PrimaryKey.Fingerprint).ToHashSet();
        var imported = merged.Where(entry => wanted.Contains(entry.Certificate.PrimaryKey.Fingerprint))
            .Select(entry => (Entry: entry with { Source = PathOf(entry) }, Judged: KeyRing.Judge(entry, merged, DateTimeOffset.UtcNow)))
            .ToList();
        return imported.Find(key => !key.Judged.HasUserId) is { Entry: { } unusable }
            ? throw new InvalidInputException(ErrorIds.KeyNotBound, source, $"key {unusable.Certificate.PrimaryKey.Fingerprint}",
                unusable.Certificate.PrimaryKey.CanVerify
                    ? "none of its user ids has a valid self-signature, so the key cannot check anything"
                    : $"its algorithm {KeyFileContent.AlgorithmName((byte)unusable.Certificate.PrimaryKey.Algorithm) ?? unusable.Certificate.PrimaryKey.Name} is not known here, so the key cannot check anything",
                unusable.Certificate.PrimaryKey.CanVerify
                    ? "Export the whole key again: gpg --armor --export FINGERPRINT"
                    : "Ask its owner for a key of RSA, ECDSA or EdDSA (version 4)")
            : imported;
    }

    private static InvalidInputException Empty(ReadOnlyMemory<byte> content, string? source) =>
        KeyFileContent.FindSkipped(content) is [var first, ..] skipped
        ? new InvalidInputException(ErrorIds.KeyFileEmpty, source, null,
            $"there is no public key in it that can be used, only {first}{(skipped.Count > 1 ? $", and {skipped.Count - 1} more" : "")}",
            "Ask its owner for a public key of version 4 (RSA, ECDSA or EdDSA)")
        : new InvalidInputException(ErrorIds.KeyFileEmpty, source, null, "there is no public key in it",
            "Export the key again: gpg --armor --export FINGERPRINT");

    // A revocation certificate names its key, and has to be that key's own.
    private List<SigningKey> ImportRevocations(ReadOnlyMemory<byte> content)
    {
        if (!Directory.Exists(_directory))
        {
            return [];
        }
        using var held = Lock("import of revocations");
        var merged = OpenKeyRing().Merge();
        var revoked = new List<RingEntry>();
        foreach (var revocation in OpenPgpCertificate.ReadRevocations(content))
        {
            foreach (var entry in merged.Where(entry => entry.Certificate.IsIssuerOf(revocation)
                && OpenPgpKeyCheck.VerifyPrimary(entry.Certificate.PrimaryKey, entry.Certificate.PrimaryKey, revocation)))
            {
                entry.Certificate.AddRevocation(revocation);
                revoked.Add(entry);
            }
        }
        Write(revoked);
        return [.. revoked.Distinct().Select(entry => SigningKeyReader.Read(entry, KeyRing.Judge(entry, merged, DateTimeOffset.UtcNow)))];
    }

    private string PathOf(RingEntry entry) => Path.Combine(_directory, $"{entry.Certificate.PrimaryKey.Fingerprint}.asc");

    // A copy of a key is merged with the one that is there: between reading and writing nobody else may write.
    private DirectoryLock Lock(string purpose)
    {
        try
        {
            HostFile.MakeDirectory(_directory);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.KeyNotWritten, _directory, null, e.Message, innerException: e);
        }
        return DirectoryLock.Take(_directory, purpose, LockWait);
    }

    private void Write(List<RingEntry> entries)
    {
        foreach (var entry in entries)
        {
            AtomicFile.Write(PathOf(entry), Encoding.ASCII.GetBytes(entry.Certificate.ToArmor()));
        }
    }

    private List<string> ListFiles()
    {
        try
        {
            return Directory.Exists(_directory)
                ? [.. Directory.EnumerateFiles(_directory, "*.asc")
                    .Where(path => Path.GetFileNameWithoutExtension(path) is { Length: 40 } name
                        && name.All(digit => char.IsAsciiDigit(digit) || digit is >= 'A' and <= 'F')).Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.KeysNotReadable, _directory, null, e.Message, innerException: e);
        }
    }
}
