using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using XenKube.Files;

namespace XenKube.Certificates;

/// <summary>Certificates in files, and what they say.</summary>
internal static class CertificateFile
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    /// <summary>Reads the certificates of a file, in their order.</summary>
    /// <param name="path">The file, PEM.</param>
    /// <returns>One or more; null if there is no file.</returns>
    /// <exception cref="InvalidInputException">It holds no certificate, or a broken one.</exception>
    public static X509Certificate2Collection? TryRead(string path) =>
        WholeFile.TryRead(path, FileLimits.Certificate, regularOnly: true) is { } bytes ? Parse(bytes, path) : null;

    /// <summary>Reads the certificates in bytes.</summary>
    /// <param name="pem">The PEM.</param>
    /// <param name="path">Where it is from, for the error.</param>
    /// <exception cref="InvalidInputException">It holds no certificate, or a broken one.</exception>
    public static X509Certificate2Collection Parse(ReadOnlySpan<byte> pem, string path)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(Encoding.Latin1.GetString(pem));
        }
        catch (CryptographicException e)
        {
            throw new InvalidInputException(ErrorIds.CertificateInvalid, path, null, "is not a certificate that can be read",
                innerException: e);
        }
        return found.Count > 0 ? found
            : throw new InvalidInputException(ErrorIds.CertificateInvalid, path, null, "does not hold a certificate as PEM");
    }

    /// <summary>Writes certificates, for everybody to read.</summary>
    public static void Write(string path, params IEnumerable<X509Certificate2> certificates) => AtomicFile.Write(path,
        Encoding.ASCII.GetBytes(string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n"))),
        FileModes.ReadableByAll);

    /// <summary>The DNS names and IP addresses of a certificate.</summary>
    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
                ? [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())] : [];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    /// <summary>What a certificate may be used for. One without the extension may be used for everything.</summary>
    public static CertificateUsages UsagesOf(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is not { } extension)
        {
            return CertificateUsages.Server | CertificateUsages.Client;
        }
        var usages = extension.EnhancedKeyUsages.Cast<Oid>().Select(usage => usage.Value).ToList();
        return (usages.Contains(ServerUsage) ? CertificateUsages.Server : 0)
            | (usages.Contains(ClientUsage) ? CertificateUsages.Client : 0);
    }

    /// <summary>The extension that allows usages.</summary>
    public static X509EnhancedKeyUsageExtension Extension(CertificateUsages usages)
    {
        var all = new OidCollection();
        if (usages.HasFlag(CertificateUsages.Server))
        {
            all.Add(new Oid(ServerUsage));
        }
        if (usages.HasFlag(CertificateUsages.Client))
        {
            all.Add(new Oid(ClientUsage));
        }
        return new X509EnhancedKeyUsageExtension(all, critical: false);
    }

    /// <summary>Kind and size of the key of a certificate.</summary>
    public static string KeyOf(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = rsa is null ? certificate.GetECDsaPublicKey() : null;
        return rsa is not null ? string.Create(CultureInfo.InvariantCulture, $"RSA {rsa.KeySize}")
            : ecdsa is not null ? string.Create(CultureInfo.InvariantCulture, $"ECDSA P-{ecdsa.KeySize}")
            : certificate.PublicKey.Oid.FriendlyName ?? certificate.PublicKey.Oid.Value ?? "";
    }

    /// <summary>SHA-256 of a certificate, as hexadecimal digits.</summary>
    public static string FingerprintOf(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>From when on a certificate is valid.</summary>
    public static DateTimeOffset Begin(X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime());

    /// <summary>Until when a certificate is valid.</summary>
    public static DateTimeOffset End(X509Certificate2 certificate) => new(certificate.NotAfter.ToUniversalTime());

    /// <summary>A time as messages have it.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
