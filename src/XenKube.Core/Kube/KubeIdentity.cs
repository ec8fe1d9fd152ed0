using System.Security.Cryptography.X509Certificates;
using XenKube.Certificates;

namespace XenKube.Kube;

/// <summary>What a user of a kubeconfig shows to the API server.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Key">Its key.</param>
internal sealed record KubeIdentity(KubeConfigPart Certificate, KubeConfigPart Key)
{
    /// <summary>Whether the user has neither.</summary>
    public bool IsMissing => Certificate is { Content: null, Fault: null } && Key is { Content: null, Fault: null };

    /// <summary>Why the key is not that of a certificate; null if it is.</summary>
    public string? KeyFault(X509Certificate2 certificate)
    {
        if (Key.Content is null)
        {
            return Key.Fault ?? "the user has a certificate and no key";
        }
        try
        {
            using var key = PrivateKey.Parse(Key.Content, Key.Place);
            return key.BelongsTo(certificate) ? null : "the key is that of another certificate";
        }
        catch (InvalidInputException e)
        {
            return $"{Key.Place} {e.Reason}";
        }
    }

    /// <summary>The certificate with its key, as a client shows it; null if one of them is missing.</summary>
    public X509Certificate2? Open()
    {
        if (Certificate.Content is null || Key.Content is null)
        {
            return null;
        }
        try
        {
            using var key = PrivateKey.Parse(Key.Content, Key.Place);
            var certificate = CertificateFile.Parse(Certificate.Content, Certificate.Place)[0];
            return key.BelongsTo(certificate) ? key.AttachTo(certificate) : null;
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }
}
