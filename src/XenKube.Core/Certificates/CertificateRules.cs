using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using XenKube.Posix;

namespace XenKube.Certificates;

/// <summary>What must be true of a certificate. Each rule gives what is wrong, or null.</summary>
internal static class CertificateRules
{
    private const UnixFileMode NotOwner = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>One of the authorities signed it, whatever the date is.</summary>
    public static string? Chain(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        if (chain.Build(certificate))
        {
            return null;
        }
        var faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status)
            & ~X509ChainStatusFlags.NotTimeValid;
        var isNamed = certificate.IssuerName.RawData.AsSpan().SequenceEqual(authorities[0].SubjectName.RawData);
        return isNamed && (faults & (X509ChainStatusFlags.NotSignatureValid | X509ChainStatusFlags.PartialChain)) != 0
            ? $"its signature is not by the key of {Printable.Of(authorities[0].Subject)}, though it names this issuer"
            : (faults & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0
            ? $"it was signed by {Printable.Of(certificate.Issuer)}, which is not the cluster's authority {Printable.Of(authorities[0].Subject)}"
            : $"its chain is not valid: {faults}";
    }

    /// <summary>It may sign certificates.</summary>
    public static string? Authority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true }
            || (certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
                && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign))
            ? "it is not the certificate of an authority" : null;

    /// <summary>It is valid at a time.</summary>
    public static string? Dates(X509Certificate2 certificate, DateTimeOffset now)
    {
        var (begin, end) = (CertificateFile.Begin(certificate), CertificateFile.End(certificate));
        return now < begin ? $"it is valid only from {CertificateFile.Text(begin)} on, and this clock says {CertificateFile.Text(now)}"
            : now > end ? $"it ended on {CertificateFile.Text(end)}, and this clock says {CertificateFile.Text(now)}"
            : null;
    }

    /// <summary>It is for all of the names.</summary>
    public static string? Names(X509Certificate2 certificate, IReadOnlyList<string> names)
    {
        var has = CertificateFile.NamesOf(certificate);
        var missing = names.Where(name => !has.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList();
        return missing.Count == 0 ? null
            : $"it is not for {string.Join(" and ", missing)}, but for {(has.Count == 0 ? "no name" : Printable.Of(string.Join(", ", has)))}";
    }

    /// <summary>It may be used for what it is for.</summary>
    public static string? Usages(X509Certificate2 certificate, CertificateProfile profile)
    {
        var missing = profile.Usages & ~CertificateFile.UsagesOf(certificate);
        return missing == CertificateUsages.None ? null
            : profile.Role == CertificateRole.EtcdServer && missing == CertificateUsages.Client
            ? "it may not be used as a client, so that etcd's gateway for JSON does not work"
            : $"it may not be used as a {missing.ToString().ToLowerInvariant().Replace(", ", " and as a ", StringComparison.Ordinal)}";
    }

    /// <summary>Its authority is valid at least as long.</summary>
    public static string? Lifetime(X509Certificate2 certificate, X509Certificate2 authority)
    {
        var (end, last) = (CertificateFile.End(certificate), CertificateFile.End(authority));
        return end > last ? $"it ends on {CertificateFile.Text(end)}, after its authority, which ends on {CertificateFile.Text(last)}"
            : end == last ? $"it ends together with its authority, on {CertificateFile.Text(end)}"
            : null;
    }

    /// <summary>Nobody but its owner can do anything with a file or directory.</summary>
    public static string? Mode(string path) =>
        FileStatus.TryRead(path) is { } status && (status.Permissions & NotOwner) != 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"{path} has mode {Convert.ToString((int)status.Permissions & 0xFFF, 8).PadLeft(4, '0')}: others than its owner can use it")
            : null;
}
