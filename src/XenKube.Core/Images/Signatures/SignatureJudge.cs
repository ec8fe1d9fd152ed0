using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>
/// Judges the signatures of one file by the keys of one ring, rule by rule in a fixed order: what is not done, the key,
/// the numbers, the dates, revocation, expiry of the key, expiry of the signature. Keys are judged at the date of the
/// signature, not today's: an image stays good after the key that signed it has ended.
/// </summary>
internal sealed class SignatureJudge(KeyRing ring, DateTimeOffset now)
{
    private const long Day = 86400;

    private readonly IReadOnlyList<RingEntry> _entries = ring.Merge();
    private readonly Dictionary<RingEntry, JudgedCertificate> _judged = [];
    private readonly long _now = now.ToUnixTimeSeconds();

    /// <summary>True if the verdict depends on the content of the file.</summary>
    public bool NeedsFile(OpenPgpSignature signature) => FindUnsupported(signature) is null && FindKeys(signature).Count > 0;

    /// <summary>Why it cannot be good by a trusted key, whatever the file turns out to be; null if it could.</summary>
    public string? FindObstacle(OpenPgpSignature signature)
    {
        if (FindUnsupported(signature) is { } unsupported)
        {
            return unsupported;
        }
        var keys = FindKeys(signature);
        return keys.Exists(key => key.Certificate.IsTrusted) ? null : keys.Count > 0
            ? $"key {keys[0].Key.Key.Fingerprint} is not trusted" : ExplainMissing(signature);
    }

    /// <summary>The verdict on one signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="digester">The file's digests.</param>
    public SignatureResult Judge(OpenPgpSignature signature, FileDigester digester)
    {
        var known = Describe(signature);
        var keys = signature.IsKnownVersion ? FindKeys(signature) : [];
        if (FindUnsupported(signature) is { } unsupported)
        {
            return Name(known, keys) with { Verdict = SignatureVerdict.Unsupported, Reason = unsupported };
        }
        if (keys.Count == 0)
        {
            return known with { Verdict = SignatureVerdict.UnknownKey, SigningFingerprint = signature.IssuerFingerprint,
                Reason = ExplainMissing(signature) };
        }
        var digest = digester.Digest(signature.HashAlgorithm, signature.Class == 0x01, signature.Trailer);
        // Key ids are short: of several keys with one id it is the one that fits.
        var index = keys.FindIndex(candidate => candidate.Key.Key.Verify(signature, digest));
        var result = Name(known, index > 0 ? keys[index..] : keys);
        if (index < 0)
        {
            return result with { Verdict = SignatureVerdict.Bad, Reason = "the signature does not fit the file" };
        }
        var (certificate, key) = keys[index];
        return JudgeDates(result, signature, certificate.Primary, key);
    }

    private static SignatureResult Describe(OpenPgpSignature signature)
    {
        var keyId = signature.IssuerFingerprint is { Length: 40 } fingerprint
            ? fingerprint[^16..] : signature.IssuerKeyId?.ToString("X16", null);
        return new SignatureResult(
            SignatureVerdict.Good,
            KeyId: keyId,
            CreatedUtc: signature.Created is { } created ? SigningKeyReader.ToDate(created) : null,
            Hash: Enum.IsDefined(signature.HashAlgorithm) && signature.HashAlgorithm != OpenPgpHashAlgorithm.None
                ? signature.HashAlgorithm.ToString() : null,
            PublicKeyAlgorithm: signature.KeyAlgorithm switch
            {
                OpenPgpKeyAlgorithm.Rsa or OpenPgpKeyAlgorithm.RsaSign => "RSA",
                OpenPgpKeyAlgorithm.Dsa => "DSA",
                OpenPgpKeyAlgorithm.Ecdsa => "ECDSA",
                OpenPgpKeyAlgorithm.EdDsa => "EdDSA",
                _ => null,
            });
    }

    private static SignatureResult Name(SignatureResult result, List<(JudgedCertificate Certificate, BoundKey Key)> keys)
    {
        if (keys.Count == 0)
        {
            return result;
        }
        var (certificate, key) = keys[0];
        return result with
        {
            Trust = certificate.IsTrusted ? SignatureTrust.Trusted : SignatureTrust.Unknown,
            SignerUserId = certificate.UserIds[0],
            SigningFingerprint = key.Key.Fingerprint,
            PrimaryFingerprint = certificate.Primary.Key.Fingerprint,
            KeyId = key.Key.Fingerprint[^16..],
        };
    }

    private static string? FindUnsupported(OpenPgpSignature signature)
    {
        if (!signature.IsKnownVersion)
        {
            return $"signature version {signature.Version} is not known";
        }
        if (signature.KeyAlgorithm is not (OpenPgpKeyAlgorithm.Rsa or OpenPgpKeyAlgorithm.RsaSign or OpenPgpKeyAlgorithm.Dsa
            or OpenPgpKeyAlgorithm.Ecdsa or OpenPgpKeyAlgorithm.EdDsa))
        {
            return $"public-key algorithm {(int)signature.KeyAlgorithm} is not known";
        }
        if (signature.HashAlgorithm is OpenPgpHashAlgorithm.MD5 or OpenPgpHashAlgorithm.SHA1 or OpenPgpHashAlgorithm.RIPEMD160)
        {
            return $"{signature.HashAlgorithm} is too weak for data";
        }
        if (!OpenPgpHasher.IsKnown(signature.HashAlgorithm))
        {
            return $"hash algorithm {(int)signature.HashAlgorithm} is not known";
        }
        return signature.HasUnknownCritical ? "it has a critical part that is not known" : null;
    }

    /// <summary>The bound signing keys that a signature names: by the hashed fingerprint alone, or by the key id.</summary>
    private List<(JudgedCertificate Certificate, BoundKey Key)> FindKeys(OpenPgpSignature signature) =>
        [.. from entry in _entries
            where Named(entry, signature).Any()
            let certificate = GetJudged(entry)
            where certificate.HasUserId
            from key in certificate.Subkeys.Prepend(certificate.Primary)
            where key.CanSign && IsNamed(key.Key, signature)
            select (certificate, key)];

    private JudgedCertificate GetJudged(RingEntry entry)
    {
        if (!_judged.TryGetValue(entry, out var judged))
        {
            judged = KeyRing.Judge(entry, _entries, now);
            _judged.Add(entry, judged);
        }
        return judged;
    }

    private static IEnumerable<OpenPgpPublicKey> Named(RingEntry entry, OpenPgpSignature signature) =>
        entry.Certificate.Subkeys.Select(subkey => subkey.Key!).Prepend(entry.Certificate.PrimaryKey).Where(key => IsNamed(key, signature));

    private static bool IsNamed(OpenPgpPublicKey key, OpenPgpSignature signature) =>
        signature.IssuerFingerprint is { } fingerprint ? key.Fingerprint == fingerprint : key.KeyId == signature.IssuerKeyId;

    private string ExplainMissing(OpenPgpSignature signature)
    {
        foreach (var entry in _entries)
        {
            foreach (var key in Named(entry, signature))
            {
                var how = entry.IsTrusted ? "it is not properly bound to its primary and user id, or not for signing"
                    : "it is not properly bound, not for signing, or bound by SHA-1 only, which is accepted only if its primary is trusted";
                return $"key {key.Fingerprint} is there, but {how}";
            }
        }
        var name = signature.IssuerFingerprint ?? signature.IssuerKeyId?.ToString("X16", null);
        var problem = ring.Problems.Count > 0 ? $" ({string.Join("; ", ring.Problems)})" : "";
        return (name is null ? "the signature names no key" : $"there is no key {name}") + problem;
    }

    private SignatureResult JudgeDates(SignatureResult result, OpenPgpSignature signature, BoundKey primary, BoundKey key)
    {
        long made = signature.Created!.Value;
        if (made < key.Key.Created)
        {
            return result with { Verdict = SignatureVerdict.Bad, Reason = "it is dated before its key was made" };
        }
        if (made > _now + Day)
        {
            return result with { Verdict = SignatureVerdict.Bad, Reason = "it is dated in the future" };
        }
        foreach (var (who, owner) in Owners(primary, key))
        {
            foreach (var revocation in owner.Revocations.Where(revocation => revocation.Applies(made)))
            {
                return result with { Verdict = SignatureVerdict.RevokedKey,
                    Reason = $"the {who} was revoked on {Timestamp.Day(SigningKeyReader.ToDate(revocation.Date))} ({revocation})" };
            }
        }
        foreach (var (who, owner) in Owners(primary, key))
        {
            if (owner.HasEndedBy(made))
            {
                return result with { Verdict = SignatureVerdict.ExpiredKey,
                    Reason = $"the {who} had ended on {Timestamp.Day(SigningKeyReader.ToDate(owner.Expires!.Value))}" };
            }
        }
        return signature.Lifetime > 0 && made + signature.Lifetime <= _now
            ? result with { Verdict = SignatureVerdict.ExpiredSignature,
                Reason = $"it ended on {Timestamp.Day(SigningKeyReader.ToDate(made + signature.Lifetime))}" }
            : result;
    }

    private static IEnumerable<(string Who, BoundKey Key)> Owners(BoundKey primary, BoundKey key)
    {
        yield return (ReferenceEquals(primary, key) ? "key" : "subkey", key);
        if (!ReferenceEquals(primary, key))
        {
            yield return ("primary key", primary);
        }
    }
}
