namespace XenKube.Parsing.OpenPgp;

/// <summary>Checks the signatures that hold a key together, each over the parts that its class says (RFC 4880 section 5.2.4).</summary>
public static class OpenPgpKeyCheck
{
    /// <summary>Checks a signature over the primary alone: a revocation of the key (0x20) or a direct signature (0x1F).</summary>
    /// <param name="primary">The primary.</param>
    /// <param name="signer">The key that should have made it.</param>
    /// <param name="signature">The signature.</param>
    public static bool VerifyPrimary(OpenPgpPublicKey primary, OpenPgpPublicKey signer, OpenPgpSignature signature) =>
        Verify(signer, signature, primary.AppendTo);

    /// <summary>Checks a self-signature of a user id (0x10 to 0x13).</summary>
    /// <param name="primary">The primary.</param>
    /// <param name="userId">The user id.</param>
    /// <param name="signature">The signature.</param>
    public static bool VerifyUserId(OpenPgpPublicKey primary, OpenPgpComponent userId, OpenPgpSignature signature) =>
        Verify(primary, signature, hasher =>
        {
            var length = userId.Packet.Body.Length;
            primary.AppendTo(hasher);
            if (signature.Version == 4)
            {
                hasher.Append([0xB4, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
            }
            hasher.Append(userId.Packet.Body.Span);
        });

    /// <summary>Checks a binding of a subkey (0x18) or its revocation (0x28), made by the primary.</summary>
    /// <param name="primary">The primary.</param>
    /// <param name="subkey">The subkey.</param>
    /// <param name="signature">The signature.</param>
    public static bool VerifySubkey(OpenPgpPublicKey primary, OpenPgpPublicKey subkey, OpenPgpSignature signature) =>
        Verify(primary, signature, hasher =>
        {
            primary.AppendTo(hasher);
            subkey.AppendTo(hasher);
        });

    /// <summary>The back signatures (0x19) in a binding that the subkey itself made, and that verify.</summary>
    /// <param name="primary">The primary.</param>
    /// <param name="subkey">The subkey.</param>
    /// <param name="binding">The binding.</param>
    public static IEnumerable<OpenPgpSignature> FindBackSignatures(OpenPgpPublicKey primary, OpenPgpPublicKey subkey,
        OpenPgpSignature binding) =>
        binding.ReadEmbedded().Where(back => back.Class == 0x19 && !back.HasUnknownCritical && Verify(subkey, back, hasher =>
        {
            primary.AppendTo(hasher);
            subkey.AppendTo(hasher);
        }));

    private static bool Verify(OpenPgpPublicKey signer, OpenPgpSignature signature, Action<OpenPgpHasher> append)
    {
        if (!signature.IsKnownVersion || !signer.CanVerify || !OpenPgpHasher.IsKnown(signature.HashAlgorithm))
        {
            return false;
        }
        using var hasher = OpenPgpHasher.Create(signature.HashAlgorithm);
        append(hasher);
        return signer.Verify(signature, hasher.DigestWith(signature.Trailer));
    }
}
