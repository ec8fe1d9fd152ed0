using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace XenKube.Certificates;

/// <summary>The checks of a cluster's authority.</summary>
/// <param name="cluster">Name of the cluster.</param>
/// <param name="path">The authority's certificate.</param>
/// <param name="keyPath">The authority's key.</param>
/// <param name="now">The time.</param>
internal sealed class AuthorityChecks(string cluster, string path, string keyPath, DateTimeOffset now)
{
    /// <summary>Checks certificate, key and permissions.</summary>
    public IEnumerable<CheckResult> Run()
    {
        const string name = "authority";
        X509Certificate2? certificate = null;
        string? fault = null;
        try
        {
            certificate = CertificateFile.TryRead(path)?[0];
        }
        catch (XenKubeException e)
        {
            fault = e.Fault;
        }
        if (certificate is null)
        {
            yield return fault is null
                ? new(name, CheckStatus.Fail, $"{path} does not exist",
                    $"Make an authority: {new RemedyAction(RemedyActionKind.MakeCertificateAuthority, cluster)}")
                : new(name, CheckStatus.Fail, fault, "Copy the file from where the authority was made");
            yield break;
        }
        var left = (CertificateFile.End(certificate) - now).TotalDays;
        Remedy remake =
            $"Make another authority ({new RemedyAction(RemedyActionKind.RemakeCertificateAuthority, cluster)}), then new certificates for all nodes";
        yield return CertificateRules.Dates(certificate, now) is { } wrong
            ? new(name, CheckStatus.Fail, $"{path}: {wrong}", left < 0 ? remake : "Correct the clock of this host")
            : CertificateRules.Authority(certificate) is { } cannot ? new(name, CheckStatus.Fail, $"{path}: {cannot}", remake)
            : left < CertificateOptions.UsualDays
            ? new(name, CheckStatus.Warn, string.Create(CultureInfo.InvariantCulture,
                $"{path} ends in {Math.Floor(left)} days, and no new certificate can be valid longer"), remake)
            : new(name, CheckStatus.Pass, string.Create(CultureInfo.InvariantCulture,
                $"{Printable.Of(certificate.Subject)} is valid for {Math.Floor(left)} days more"));
        yield return Key(certificate);
        var modes = new[] { Path.GetDirectoryName(path)!, keyPath }.Select(file => (File: file, Fault: CertificateRules.Mode(file)))
            .Where(item => item.Fault is not null).ToList();
        yield return modes.Count == 0
            ? new("authority-mode", CheckStatus.Pass, "nobody but the owner can reach the key")
            : new("authority-mode", CheckStatus.Fail, string.Join("; ", modes.Select(item => item.Fault)),
                $"chmod go-rwx {string.Join(' ', modes.Select(item => ShellWord.Quote(item.File)))}");
    }

    private CheckResult Key(X509Certificate2 certificate)
    {
        const string name = "authority-key";
        try
        {
            using var key = PrivateKey.TryRead(keyPath);
            return key is null
                ? new(name, CheckStatus.Warn, $"{keyPath} is not on this host, so no certificate can be made or renewed here",
                    "Copy the key there for the time of a renewal, or renew where it is")
                : key.BelongsTo(certificate) ? new(name, CheckStatus.Pass, $"belongs to {path}")
                : new(name, CheckStatus.Fail, $"{keyPath} is not the key of {path}", "Copy both files from where the authority was made");
        }
        catch (XenKubeException e)
        {
            Remedy copy =
                $"Copy the key from where the authority was made, or make another one: {new RemedyAction(RemedyActionKind.RemakeCertificateAuthority, cluster)}";
            return new(name, CheckStatus.Fail, e.Fault, e.Advice ?? copy);
        }
    }
}
