using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XenKube.Certificates;

/// <summary>Makes certificates (RFC 5280): authorities, and what they sign.</summary>
internal static class CertificateIssuer
{
    /// <summary>A guest's clock may be slow, and must not take a new certificate for one of the future; kubeadm does the same.</summary>
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(5);

    /// <summary>Makes the certificate of an authority for a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="host">Name of this host, which runs the authority.</param>
    /// <param name="years">Years of validity.</param>
    /// <param name="now">The time.</param>
    public static X509Certificate2 CreateAuthority(PrivateKey key, string cluster, string host, int years, DateTimeOffset now)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName($"{cluster} cluster CA");
        name.AddOrganizationalUnitName($"The {cluster} cluster");
        name.AddOrganizationName($"{host} clusters");
        var subject = name.Build();
        var request = new CertificateRequest(subject, key.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key.PublicKey, critical: false));
        return request.Create(subject, key.Signer, now - Backdate, now.AddYears(years), Serial());
    }

    /// <summary>Makes a certificate for a key. It is not valid before its authority, nor after it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="commonName">The common name.</param>
    /// <param name="usages">What it may be used for.</param>
    /// <param name="names">DNS names and IP addresses.</param>
    /// <param name="days">Days of validity.</param>
    /// <param name="now">The time.</param>
    /// <param name="authority">The authority's certificate.</param>
    /// <param name="authorityKey">The authority's key.</param>
    /// <param name="organization">The organization of the subject, which Kubernetes takes for a group; null for none.</param>
    /// <exception cref="InvalidInputException">A name cannot be that of a host.</exception>
    public static X509Certificate2 Create(PrivateKey key, string commonName, CertificateUsages usages, IReadOnlyList<string> names,
        int days, DateTimeOffset now, X509Certificate2 authority, PrivateKey authorityKey, string? organization = null)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(commonName);
        if (organization is not null)
        {
            subject.AddOrganizationName(organization);
        }
        var publicKey = key.PublicKey;
        var request = new CertificateRequest(subject.Build(), publicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        using var rsa = publicKey.GetRSAPublicKey();
        // RFC 8813: a key of ECDSA enciphers no other key.
        request.CertificateExtensions.Add(new X509KeyUsageExtension(rsa is null
            ? X509KeyUsageFlags.DigitalSignature : X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(CertificateFile.Extension(usages));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(publicKey, critical: false));
        var hasIdentifier = authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any();
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, hasIdentifier, includeIssuerAndSerial: !hasIdentifier));
        if (names.Count > 0)
        {
            request.CertificateExtensions.Add(Names(names));
        }
        var begin = Later(now - Backdate, CertificateFile.Begin(authority));
        var end = Earlier(now.AddDays(days), CertificateFile.End(authority));
        return request.Create(authority.SubjectName, authorityKey.Signer, begin, end, Serial());
    }

    private static X509Extension Names(IEnumerable<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (NodeNames.AddressOf(name) is { } address)
            {
                builder.AddIpAddress(address);
                continue;
            }
            if (!NodeNames.IsHost(name))
            {
                throw new InvalidInputException(ErrorIds.NameInvalid, null, null,
                    $"'{Printable.Of(name)}' is neither the name of a host nor an IP address");
            }
            builder.AddDnsName(name);
        }
        return builder.Build();
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    /// <summary>A number that nobody can foresee (RFC 5280, section 4.1.2.2): positive, with its first byte not zero.</summary>
    private static byte[] Serial()
    {
        var number = RandomNumberGenerator.GetBytes(16);
        number[0] = (byte)((number[0] & 0x7F) | 0x40);
        return number;
    }
}
