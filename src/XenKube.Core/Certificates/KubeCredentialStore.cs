using System.Security.Cryptography.X509Certificates;
using XenKube.Clusters;

namespace XenKube.Certificates;

/// <summary>
/// The certificate of a cluster's administrator, with the names that the guide's program gives its files. The authority of Kubernetes that
/// this program makes signs if the cluster has one, otherwise the authority of the cluster.
/// </summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="clock">The clock.</param>
internal sealed class KubeCredentialStore(XenDirectory directory, TimeProvider clock)
{
    /// <summary>The name of the administrator, as the guide's program has it.</summary>
    private const string CommonName = "admin";

    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";

    /// <summary>The longest name of an organization (RFC 5280, appendix A.1, ub-organization-name).</summary>
    private const int LongestGroup = 64;

    /// <summary>Takes the certificate that is there, or makes one if it is missing or wrong.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="group">What Kubernetes takes for the administrator's group.</param>
    /// <param name="days">Days of validity of one that is made.</param>
    /// <param name="force">True to make one even where the one that is there is right.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <exception cref="ItemNotFoundException">The cluster does not have an authority, or the key that has to sign is missing.</exception>
    public KubeCredentials GetOrCreate(string cluster, string group, int days, bool force, CancellationToken cancellationToken)
    {
        if (group.Length is 0 or > LongestGroup || group.Any(char.IsControl))
        {
            throw new InvalidInputException(ErrorIds.NameInvalid, null, null, $"'{Printable.Of(group)}' is not the name of a group");
        }
        using var held = directory.Lock($"making of the administrator's certificate of {cluster}", cancellationToken);
        var layout = directory.Layout;
        var isOwn = File.Exists(CertificateLayout.KubeAuthorityPath(layout, cluster));
        var (authorityPath, authorityKeyPath) = isOwn
            ? (CertificateLayout.KubeAuthorityPath(layout, cluster), CertificateLayout.KubeAuthorityKeyPath(layout, cluster))
            : (layout.CertificateAuthorityPath(cluster), layout.CertificateAuthorityKeyPath(cluster));
        var (path, keyPath) = (CertificateLayout.KubeClientPath(layout, cluster), CertificateLayout.KubeClientKeyPath(layout, cluster));
        if (!force && CertificateFile.TryRead(authorityPath) is { } authorities && Find(path, keyPath, authorities, group) is { } right)
        {
            return new KubeCredentials(authorityPath, path, keyPath, CertificateFile.End(right));
        }
        using var authority = AuthorityPair.Open(authorityPath, authorityKeyPath, cluster, clock.GetUtcNow());
        using var key = PrivateKey.Create(
            authority.Certificate.GetECDsaPublicKey() is null ? KeyAlgorithm.Rsa2048 : KeyAlgorithm.EcdsaP256);
        using var made = CertificateIssuer.Create(key, CommonName, CertificateUsages.Client, [], days, clock.GetUtcNow(),
            authority.Certificate, authority.Key, group);
        key.Write(keyPath);
        CertificateFile.Write(path, made);
        return new KubeCredentials(authorityPath, path, keyPath, CertificateFile.End(made));
    }

    /// <summary>The certificate that is there, if it is right.</summary>
    private X509Certificate2? Find(string path, string keyPath, X509Certificate2Collection authorities, string group)
    {
        try
        {
            if (CertificateFile.TryRead(path) is not [var certificate, ..])
            {
                return null;
            }
            using var key = PrivateKey.TryRead(keyPath);
            return key is not null && key.BelongsTo(certificate)
                && CertificateRules.Chain(certificate, [authorities[0]]) is null
                && CertificateRules.Dates(certificate, clock.GetUtcNow()) is null
                && CertificateFile.UsagesOf(certificate).HasFlag(CertificateUsages.Client)
                && Values(certificate, CommonNameOid).SequenceEqual([CommonName])
                && Values(certificate, OrganizationOid).Contains(group)
                ? certificate : null;
        }
        catch (InvalidInputException)
        {
            // A file that is not a certificate is made again, as a wrong certificate is.
            return null;
        }
    }

    private static IEnumerable<string> Values(X509Certificate2 certificate, string kind) =>
        certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == kind)
            .Select(part => part.GetSingleElementValue() ?? "");
}
