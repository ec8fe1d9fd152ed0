using System.Security.Cryptography.X509Certificates;

namespace XenKube.Certificates;

/// <summary>The authority of a cluster with its key, which signs.</summary>
internal sealed class AuthorityPair : IDisposable
{
    private AuthorityPair(X509Certificate2Collection bundle, PrivateKey key) => (Bundle, Key) = (bundle, key);

    /// <summary>What nodes trust: the authority, and the one before it while they are told of the new one.</summary>
    public X509Certificate2Collection Bundle { get; }

    /// <summary>The authority that signs.</summary>
    public X509Certificate2 Certificate => Bundle[0];

    /// <summary>Its key.</summary>
    public PrivateKey Key { get; }

    /// <summary>Opens the authority of a cluster.</summary>
    /// <exception cref="ItemNotFoundException">Its certificate or its key is not there.</exception>
    /// <exception cref="InvalidInputException">They do not belong together, or are broken.</exception>
    /// <exception cref="OperationFailedException">It is not valid now.</exception>
    public static AuthorityPair Open(XenDirLayout layout, string cluster, DateTimeOffset now) =>
        Open(layout.CertificateAuthorityPath(cluster), layout.CertificateAuthorityKeyPath(cluster), cluster, now);

    /// <summary>Opens an authority of a cluster by its files.</summary>
    /// <inheritdoc cref="Open(XenDirLayout, string, DateTimeOffset)" path="//exception"/>
    public static AuthorityPair Open(string path, string keyPath, string cluster, DateTimeOffset now)
    {
        var bundle = CertificateFile.TryRead(path) ?? throw Missing(path, cluster);
        var key = PrivateKey.TryRead(keyPath) ?? throw new ItemNotFoundException(ErrorIds.CertificateAuthorityKeyMissing, keyPath, null,
            "the key of the certificate authority is not there, and nothing can be signed without it",
            "Copy the key there from where the authority was made, and make it readable for its owner alone");
        if (!key.BelongsTo(bundle[0]))
        {
            throw new InvalidInputException(ErrorIds.CertificateKeyMismatch, keyPath, null, $"is not the key of the certificate in {path}",
                "Copy both files from where the authority was made");
        }
        if (CertificateFile.End(bundle[0]) <= now)
        {
            throw new OperationFailedException(ErrorIds.CertificateAuthorityExpired, path, null,
                $"the certificate authority ended on {CertificateFile.Text(CertificateFile.End(bundle[0]))}, and nothing that it signs is valid",
                $"Make another one ({new RemedyAction(RemedyActionKind.RemakeCertificateAuthority, cluster)}), then new certificates for all nodes");
        }
        return new AuthorityPair(bundle, key);
    }

    /// <summary>The error for a cluster without an authority.</summary>
    public static ItemNotFoundException Missing(string path, string cluster) =>
        new(ErrorIds.CertificateAuthorityMissing, path, null, "the cluster has no certificate authority",
            $"Make one: {new RemedyAction(RemedyActionKind.MakeCertificateAuthority, cluster)}");

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();
}
