using System.Globalization;
using System.Text;

namespace XenKube.Images.Signatures;

/// <summary>Says what gpg says after a check, so that who knows the one reads the other.</summary>
internal static class ImageSignatureText
{
    public static string Write(ImageSignature signature)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"assuming signed data in '{Path.GetFileName(signature.File)}'\n");
        if (signature.Signatures.Count == 0)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"no valid OpenPGP signature in '{Path.GetFileName(signature.SignatureFile)}': {signature.Reason}\n");
        }
        foreach (var result in signature.Signatures)
        {
            WriteResult(text, result);
        }
        return text.ToString().TrimEnd('\n');
    }

    private static void WriteResult(StringBuilder text, SignatureResult result)
    {
        if (result.CreatedUtc is { } created)
        {
            text.Append(CultureInfo.InvariantCulture, $"Signature made {created:ddd dd MMM yyyy hh:mm:ss tt} UTC\n");
        }
        if ((result.SigningFingerprint ?? result.KeyId) is { } key)
        {
            text.Append(CultureInfo.InvariantCulture, $"               using {result.PublicKeyAlgorithm ?? "unknown"} key {key}\n");
        }
        var by = result.SignerUserId is null
            ? "" : $" from \"{Printable.Name(result.SignerUserId)}\" [{(result.Trust == SignatureTrust.Trusted ? "ultimate" : "unknown")}]";
        var because = result.Reason is null ? "" : $": {result.Reason}";
        text.Append(result.Verdict switch
        {
            SignatureVerdict.Good => $"Good signature{by}\n",
            SignatureVerdict.Bad => $"BAD signature{by}{because}\n",
            SignatureVerdict.UnknownKey => $"Can't check signature: No public key{because}\n",
            SignatureVerdict.ExpiredKey => $"Signature by an expired key{by}{because}\n",
            SignatureVerdict.RevokedKey => $"Signature by a revoked key{by}{because}\n",
            SignatureVerdict.ExpiredSignature => $"Expired signature{by}{because}\n",
            _ => $"Can't check signature{by}{because}\n",
        });
        if (result.Verdict != SignatureVerdict.Good || result.Trust == SignatureTrust.Trusted)
        {
            return;
        }
        text.Append("WARNING: This key is not certified with a trusted signature!\n");
        text.Append("         There is no indication that the signature belongs to the owner.\n");
        text.Append(CultureInfo.InvariantCulture, $"Primary key fingerprint: {Group(result.PrimaryFingerprint)}\n");
        if (result.SigningFingerprint != result.PrimaryFingerprint)
        {
            text.Append(CultureInfo.InvariantCulture, $"     Subkey fingerprint: {Group(result.SigningFingerprint)}\n");
        }
    }

    // Ten groups of four digits, two blanks in the middle.
    private static string Group(string? fingerprint)
    {
        var groups = (fingerprint ?? "").Chunk(4).Select(group => new string(group)).ToArray();
        return groups.Length == 10 ? $"{string.Join(' ', groups[..5])}  {string.Join(' ', groups[5..])}" : string.Join(' ', groups);
    }
}
