using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>
/// What of a certificate is properly bound: the user ids and the primary by self-signatures, each subkey by a binding of
/// the primary and, to sign, a back signature of its own. Who trusts the primary takes SHA-1 in these; for nobody else
/// is it enough to bind anything, while a revocation counts always.
/// </summary>
internal sealed class JudgedCertificate
{
    private readonly OpenPgpCertificate _certificate;
    private readonly IReadOnlyList<OpenPgpPublicKey> _revokers;
    private readonly bool _acceptSha1;
    private readonly long _now;

    private JudgedCertificate(OpenPgpCertificate certificate, bool isTrusted, long now, Func<string, OpenPgpPublicKey?> findRevoker)
    {
        _certificate = certificate;
        _acceptSha1 = isTrusted;
        _now = now;
        IsTrusted = isTrusted;
        var direct = SelfSignatures(certificate.Primary, 0x1F, 0x1F, VerifyPrimary).ToList();
        _revokers = [.. direct.SelectMany(signature => signature.RevokerFingerprints).Distinct().Select(findRevoker)
            .OfType<OpenPgpPublicKey>()];
        var userIds = certificate.UserIds.Select(JudgeUserId).Where(userId => userId.Newest is not null).ToList();
        HasUserId = userIds.Count > 0;
        // The main one: marked so, then the newest. A revoked one only where there is no other.
        UserIds = [.. userIds.OrderBy(userId => userId.IsRevoked).ThenByDescending(userId => userId.Newest!.IsPrimaryUserId)
            .ThenByDescending(userId => userId.Newest!.Created).Select(userId => userId.Component.UserId!)];
        var newest = Newest(userIds.Select(userId => userId.Newest!)
            .Concat(direct.Where(signature => signature.HasKeyLifetime || signature.KeyFlags is not null)));
        Primary = new BoundKey(certificate.PrimaryKey, MaySign(certificate.PrimaryKey, newest), newest?.KeyLifetime
            ?? 0, [.. FindPrimaryRevocations()]);
        Subkeys = [.. certificate.Subkeys.Select(JudgeSubkey).OfType<BoundKey>()];
    }

    public bool IsTrusted { get; }

    /// <summary>Without a bound user id nothing of the certificate is used.</summary>
    public bool HasUserId { get; }

    /// <summary>Bound user ids, the main one first.</summary>
    public IReadOnlyList<string> UserIds { get; }

    public BoundKey Primary { get; }

    /// <summary>Subkeys with a binding; those that may sign have a back signature as well.</summary>
    public IReadOnlyList<BoundKey> Subkeys { get; }

    /// <summary>Judges a certificate.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="isTrusted">True if its primary is pinned.</param>
    /// <param name="now">Today, in seconds since 1970.</param>
    /// <param name="findRevoker">Finds the primary key of somebody who was named to revoke this one.</param>
    public static JudgedCertificate Judge(OpenPgpCertificate certificate, bool isTrusted, DateTimeOffset now,
        Func<string, OpenPgpPublicKey?> findRevoker) =>
        new(certificate, isTrusted, now.ToUnixTimeSeconds(), findRevoker);

    private static bool MaySign(OpenPgpPublicKey key, OpenPgpSignature? newest) =>
        newest is not null && key.CanVerify && (newest.KeyFlags is not { } flags || (flags & 2) != 0);

    // Of equal dates the later in the file, as gpg.
    private static OpenPgpSignature? Newest(IEnumerable<OpenPgpSignature> signatures)
    {
        OpenPgpSignature? newest = null;
        foreach (var signature in signatures)
        {
            if (newest is null || signature.Created >= newest.Created)
            {
                newest = signature;
            }
        }
        return newest;
    }

    private bool VerifyPrimary(OpenPgpComponent component, OpenPgpSignature signature) =>
        OpenPgpKeyCheck.VerifyPrimary(_certificate.PrimaryKey, _certificate.PrimaryKey, signature);

    private bool VerifyUserId(OpenPgpComponent component, OpenPgpSignature signature) =>
        OpenPgpKeyCheck.VerifyUserId(_certificate.PrimaryKey, component, signature);

    private bool VerifySubkey(OpenPgpComponent component, OpenPgpSignature signature) =>
        OpenPgpKeyCheck.VerifySubkey(_certificate.PrimaryKey, component.Key!, signature);

    /// <summary>The signatures of a part that the primary made and that count.</summary>
    private IEnumerable<OpenPgpSignature> SelfSignatures(OpenPgpComponent component, int from, int to,
        Func<OpenPgpComponent, OpenPgpSignature, bool> verify) =>
        component.Signatures.Where(signature => signature.Class >= from && signature.Class <= to && _certificate.IsIssuerOf(signature)
            && IsAccepted(signature) && verify(component, signature));

    private bool IsAccepted(OpenPgpSignature signature) =>
        signature.Created >= _certificate.PrimaryKey.Created && !signature.HasUnknownCritical
        && (_acceptSha1 || signature.HashAlgorithm is not (OpenPgpHashAlgorithm.SHA1 or OpenPgpHashAlgorithm.RIPEMD160));

    private bool IsInForce(OpenPgpSignature signature) => signature.Lifetime == 0
        || (long)signature.Created!.Value + signature.Lifetime > _now;

    private (OpenPgpComponent Component, OpenPgpSignature? Newest, bool IsRevoked) JudgeUserId(OpenPgpComponent userId)
    {
        var signatures = SelfSignatures(userId, 0x10, 0x13, VerifyUserId).ToList();
        var newest = Newest(signatures.Where(IsInForce)) ?? Newest(signatures);
        var isRevoked = SelfSignatures(userId, 0x30, 0x30, VerifyUserId)
            .Any(revocation => newest is null || revocation.Created >= newest.Created);
        return (userId, newest, isRevoked);
    }

    private BoundKey? JudgeSubkey(OpenPgpComponent subkey)
    {
        var key = subkey.Key!;
        if (Newest(SelfSignatures(subkey, 0x18, 0x18, VerifySubkey).Where(IsInForce)) is not { } binding)
        {
            return null;
        }
        var canSign = MaySign(key, binding) && OpenPgpKeyCheck.FindBackSignatures(_certificate.PrimaryKey, key, binding)
            .Any(back => _acceptSha1 || back.HashAlgorithm is not (OpenPgpHashAlgorithm.SHA1 or OpenPgpHashAlgorithm.RIPEMD160));
        return new BoundKey(key, canSign, binding.KeyLifetime, [.. FindSubkeyRevocations(subkey)]);
    }

    private IEnumerable<KeyRevocation> FindPrimaryRevocations() => FindRevocations(_certificate.Primary.Signatures, 0x20, signature =>
        OpenPgpKeyCheck.VerifyPrimary(_certificate.PrimaryKey, _certificate.PrimaryKey, signature)
        || _revokers.Any(revoker => OpenPgpKeyCheck.VerifyPrimary(_certificate.PrimaryKey, revoker, signature)));

    private IEnumerable<KeyRevocation> FindSubkeyRevocations(OpenPgpComponent subkey) =>
        FindRevocations(subkey.Signatures.Concat(_certificate.Misplaced), 0x28, signature =>
        OpenPgpKeyCheck.VerifySubkey(_certificate.PrimaryKey, subkey.Key!, signature));

    private static IEnumerable<KeyRevocation> FindRevocations(IEnumerable<OpenPgpSignature> signatures, int type,
        Func<OpenPgpSignature, bool> verify) =>
        from signature in signatures
        where signature.Class == type && signature.Created is not null && !signature.HasUnknownCritical && verify(signature)
        select new KeyRevocation(signature.Created!.Value, signature.RevocationReason);
}
