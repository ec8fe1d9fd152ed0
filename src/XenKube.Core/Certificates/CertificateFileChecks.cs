using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using XenKube.Clusters;

namespace XenKube.Certificates;

/// <summary>The checks of the files of a node's certificates.</summary>
internal sealed class CertificateFileChecks
{
    private readonly Node _node;
    private readonly X509Certificate2Collection _authorities;
    private readonly IReadOnlyList<LoadedCertificate> _files;
    private readonly IReadOnlyList<(LoadedCertificate File, X509Certificate2 Certificate)> _found;
    private readonly int _days;
    private readonly DateTimeOffset _now;

    /// <summary>Takes what is checked.</summary>
    /// <param name="node">The node.</param>
    /// <param name="authorities">The cluster's authorities; empty where there is none.</param>
    /// <param name="files">The node's files.</param>
    /// <param name="days">A certificate that ends within this many days is warned of.</param>
    /// <param name="now">The time.</param>
    public CertificateFileChecks(Node node, X509Certificate2Collection authorities, IReadOnlyList<LoadedCertificate> files, int days,
        DateTimeOffset now)
    {
        (_node, _authorities, _files, _days, _now) = (node, authorities, files, days, now);
        _found = [.. files.Where(file => file.Certificate is not null).Select(file => (file, file.Certificate!))];
    }

    private Remedy Make =>
        $"Make what is wrong again ({new RemedyAction(RemedyActionKind.MakeCertificates, _node.FullName)}), then bring it to the node: {new RemedyAction(RemedyActionKind.PublishCertificates, _node.FullName)}";

    private Remedy Renew =>
        $"Renew the certificates ({new RemedyAction(RemedyActionKind.RenewCertificates, _node.FullName)}), then bring them to the node: {new RemedyAction(RemedyActionKind.PublishCertificates, _node.FullName)}";

    private Remedy Remake =>
        $"Make another authority in time ({new RemedyAction(RemedyActionKind.RemakeCertificateAuthority, _node.Cluster)}), then new certificates for all nodes";

    /// <summary>Checks them.</summary>
    public IReadOnlyList<CheckResult> Run()
    {
        List<CheckResult> results = [.. _files.Where(file => file.Fault is not null)
            .Select(file => new CheckResult("present", CheckStatus.Fail, $"{file.Path} {file.Fault}", Make))];
        if (_found.Count == 0)
        {
            return results;
        }
        if (_authorities.Count > 0)
        {
            results.AddRange(Judge("chain", "signed by the cluster's authority", Make, (_, certificate) =>
                CertificateRules.Chain(certificate, _authorities)));
            results.AddRange(Judge("lifetime", "end before their authority", Remake, (_, certificate) =>
                CertificateRules.Lifetime(certificate, _authorities[0]), CheckStatus.Warn));
        }
        results.AddRange(Dates());
        results.AddRange(Names());
        results.AddRange(Judge("usages", "may be used for what they are for", Make, (file, certificate) =>
            CertificateRules.Usages(certificate, file.Profile)));
        results.AddRange(Judge("key", "each belongs to its certificate", Make, KeyFault));
        var open = _files.Select(file => (file.KeyPath, Fault: CertificateRules.Mode(file.KeyPath))).Where(item => item.Fault is not null)
            .ToList();
        results.Add(open.Count == 0
            ? new CheckResult("mode", CheckStatus.Pass, "nobody but the owner can read the keys")
            : new CheckResult("mode", CheckStatus.Fail, string.Join("; ", open.Select(item => item.Fault)),
                $"chmod go-rwx {string.Join(' ', open.Select(item => ShellWord.Quote(item.KeyPath)))}"));
        return results;
    }

    private List<CheckResult> Judge(string name, string good, Remedy remedy,
        Func<LoadedCertificate, X509Certificate2, string?> rule, CheckStatus bad = CheckStatus.Fail)
    {
        var wrong = _found.Select(item => (item.File, Fault: rule(item.File, item.Certificate))).Where(item => item.Fault is not null)
            .Select(item => new CheckResult(name, bad, $"{item.File.Path}: {item.Fault}", remedy)).ToList();
        return wrong.Count > 0 ? wrong
            : [new(name, CheckStatus.Pass, $"{string.Join(", ", _found.Select(item => item.File.Profile.Word))}: {good}")];
    }

    private List<CheckResult> Dates()
    {
        var left = _found.Min(item => (CertificateFile.End(item.Certificate) - _now).TotalDays);
        string Days(double days) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(days)}");
        return _found.Any(item => CertificateRules.Dates(item.Certificate, _now) is not null) || left >= _days
            ? Judge("dates", $"valid for {Days(left)} days more", Renew, (_, certificate) => CertificateRules.Dates(certificate, _now))
            : Judge("dates", "", Renew, (_, certificate) => (CertificateFile.End(certificate) - _now).TotalDays is var days && days < _days
                ? $"it ends in {Days(days)} days" : null, CheckStatus.Warn);
    }

    private IEnumerable<CheckResult> Names()
    {
        var known = NodeNames.Known(_node);
        CheckResult[] unknown = _node.IPAddress is not null ? [] : [new CheckResult("address", CheckStatus.Warn,
            "the node has no reserved IP address, so whether the certificates name its address is not known",
            $"Reserve addresses ({RemedyActionKind.ReserveAddresses}) and make the guest: {new RemedyAction(RemedyActionKind.MakeGuest, _node.FullName)}")];
        return unknown.Concat(Judge("names", $"for {string.Join(" and ", known)} where somebody connects", Make, (file, certificate) =>
            file.Profile.HasNames ? CertificateRules.Names(certificate, known) : null));
    }

    private static string? KeyFault(LoadedCertificate file, X509Certificate2 certificate)
    {
        try
        {
            using var key = PrivateKey.TryRead(file.KeyPath);
            return key is null ? $"its key {file.KeyPath} does not exist"
                : key.BelongsTo(certificate) ? null : $"{file.KeyPath} is the key of another certificate";
        }
        catch (XenKubeException e)
        {
            return e.Fault;
        }
    }
}
