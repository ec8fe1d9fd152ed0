using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using XenKube.Certificates;

namespace XenKube.Kube;

/// <summary>
/// Whether a kubeconfig does what it is for: its permissions, the context and what it names, the certificates, the key, and, where asked
/// for, whether the API server takes them. No key is shown.
/// </summary>
/// <param name="options">What is checked; null for the usual.</param>
/// <param name="clock">The clock; null for this host's.</param>
public sealed class KubeConfigCheck(KubeConfigCheckOptions? options = null, TimeProvider? clock = null)
{
    /// <summary>Fields that a user can have in the place of a certificate.</summary>
    private static readonly string[] OtherWays = ["token", "tokenFile", "exec", "auth-provider", "username"];

    private readonly KubeConfigCheckOptions _options = options ?? new KubeConfigCheckOptions();
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>Checks a kubeconfig.</summary>
    /// <param name="path">The file; null for the one that kubectl uses.</param>
    /// <param name="cancellationToken">Ends the question to the API server.</param>
    public IReadOnlyList<CheckResult> Run(string? path = null, CancellationToken cancellationToken = default)
    {
        path = Path.GetFullPath(path ?? KubeConfigFile.UsualPath());
        return [.. Checks(path, cancellationToken).Select(result => result with { Target = path })];
    }

    private IEnumerable<CheckResult> Checks(string path, CancellationToken cancellationToken)
    {
        KubeConfigDocument? document = null;
        CheckResult? unreadable = null;
        try
        {
            document = KubeConfigFile.TryRead(path);
        }
        catch (XenKubeException e)
        {
            unreadable = new CheckResult("file", CheckStatus.Fail, e.Fault, e.Advice);
        }
        if (document is null)
        {
            return [unreadable ?? new CheckResult("file", CheckStatus.Fail, $"{path} does not exist",
                $"Make a kubeconfig: {new RemedyAction(RemedyActionKind.MakeKubeConfig, "CLUSTER", path)}")];
        }
        var mode = CertificateRules.Mode(path) is { } open
            ? new CheckResult("mode", CheckStatus.Fail, open, $"chmod go-rwx {ShellWord.Quote(path)}")
            : new CheckResult("mode", CheckStatus.Pass, "nobody but the owner can read the file");
        return new[] { mode }.Concat(OfContext(document, path, cancellationToken));
    }

    private IEnumerable<CheckResult> OfContext(KubeConfigDocument document, string path, CancellationToken cancellationToken)
    {
        var name = _options.Context ?? document.CurrentContext;
        var others = document.Contexts.Count == 0 ? "it has none" : $"it has {Printable.Of(string.Join(", ", document.Contexts))}";
        var context = document.Context(name);
        if (context is null)
        {
            Remedy makeOne = $"Make one: {new RemedyAction(RemedyActionKind.MakeKubeConfig, "CLUSTER", path)}";
            yield return new CheckResult("context", CheckStatus.Fail, name.Length == 0 ? $"no context is the current one; {others}"
                : $"the context '{Printable.Of(name)}' does not exist; {others}", document.Contexts is not [var first, ..] ? makeOne
                : $"Choose one: kubectl --kubeconfig {ShellWord.Quote(path)} config use-context {ShellWord.Quote(first)}");
            yield break;
        }
        var (clusterName, userName) = (KubeConfigDocument.Text(context, "cluster") ?? "", KubeConfigDocument.Text(context, "user") ?? "");
        var written = clusterName.Length == 0 ? name : clusterName;
        Remedy make = $"Write the entries again: {new RemedyAction(RemedyActionKind.MakeKubeConfig, written, path)}";
        var (cluster, user) = (document.Cluster(clusterName), document.User(userName));
        if (cluster is null || user is null)
        {
            yield return new CheckResult("context", CheckStatus.Fail, $"the context '{Printable.Of(name)}' names the {(cluster is null
                ? $"cluster '{Printable.Of(clusterName)}'" : $"user '{Printable.Of(userName)}'")}, which the file does not have", make);
            yield break;
        }
        yield return new CheckResult("context", CheckStatus.Pass, Printable.Of($"{name}: {userName} at {clusterName}"));
        var server = Server(cluster, make, out var address);
        yield return server;
        var authority = Certificates(KubeConfigPart.Read(cluster, "certificate-authority", path));
        var isSkipped = cluster["insecure-skip-tls-verify"] is JsonValue skip && skip.GetValueKind() == JsonValueKind.True;
        yield return Authority(authority, isSkipped, make);
        var identity = new KubeIdentity(
            KubeConfigPart.Read(user, "client-certificate", path), KubeConfigPart.Read(user, "client-key", path));
        foreach (var result in Identity(identity, user, authority.Found, make,
            $"Make the certificate again: {new RemedyAction(RemedyActionKind.RemakeKubeConfig, clusterName, path)}"))
        {
            yield return result;
        }
        if (_options.Connect && address is not null)
        {
            yield return KubeServer.Ask(address, KubeConfigDocument.Text(cluster, "tls-server-name"), authority.Found, isSkipped,
                identity, KubeConfigDocument.Text(user, "token"), _options.Timeout, cancellationToken);
        }
    }

    private static CheckResult Server(JsonObject cluster, Remedy make, out Uri? address)
    {
        var text = KubeConfigDocument.Text(cluster, "server") ?? "";
        return Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme == Uri.UriSchemeHttps
            ? new CheckResult("server", CheckStatus.Pass, Printable.Of(text))
            : new CheckResult("server", CheckStatus.Fail, text.Length == 0 ? "the cluster has no server"
                : $"'{Printable.Of(text)}' is not an address with https, and certificates are not sent to another", make);
    }

    private CheckResult Authority((X509Certificate2Collection? Found, string? Fault) authority, bool isSkipped, Remedy make)
    {
        const string name = "authority";
        return authority.Fault is { } fault ? new(name, CheckStatus.Fail, fault, make)
            : isSkipped ? new(name, CheckStatus.Fail, "insecure-skip-tls-verify is set: anybody on the way can be the server", make)
            : authority.Found is not { } found
            ? new(name, CheckStatus.Warn, "the cluster names no authority, so those of the system have to know the server's", make)
            : found.Select(one => CertificateRules.Authority(one)).FirstOrDefault(wrong => wrong is not null) is { } wrong
            ? new(name, CheckStatus.Fail, wrong, make)
            : found.All(one => CertificateRules.Dates(one, _clock.GetUtcNow()) is not null)
            ? new(name, CheckStatus.Fail, $"the authority is not valid now: {CertificateRules.Dates(found[0], _clock.GetUtcNow())}", make)
            : new(name, CheckStatus.Pass, Printable.Of(string.Join("; ", found.Select(one => one.Subject))));
    }

    private IEnumerable<CheckResult> Identity(KubeIdentity identity, JsonObject user, X509Certificate2Collection? authorities, Remedy make,
        Remedy remake)
    {
        if (identity.IsMissing)
        {
            var other = OtherWays.FirstOrDefault(user.ContainsKey);
            yield return other is not null
                ? new CheckResult("certificate", CheckStatus.Pass, $"the user has {other} and no certificate")
                : new CheckResult("certificate", CheckStatus.Fail, "the user has no certificate", make);
            yield break;
        }
        var (found, fault) = Certificates(identity.Certificate);
        if (found is null)
        {
            yield return new CheckResult("certificate", CheckStatus.Fail, fault ?? "the user has a key and no certificate", make);
            yield break;
        }
        var certificate = found[0];
        var (now, left) = (_clock.GetUtcNow(), CertificateFile.End(certificate) - _clock.GetUtcNow());
        yield return new CheckResult("certificate", CheckStatus.Pass, Printable.Of(certificate.Subject));
        var days = string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(left.TotalDays)}");
        yield return CertificateRules.Dates(certificate, now) is { } wrong ? new CheckResult("dates", CheckStatus.Fail, wrong, remake)
            : left.TotalDays < _options.Days ? new CheckResult("dates", CheckStatus.Warn, $"the certificate ends in {days} days", remake)
            : new CheckResult("dates", CheckStatus.Pass, $"valid for {days} days more");
        if (authorities is not null)
        {
            yield return Chain(found, authorities, remake);
        }
        yield return CertificateFile.UsagesOf(certificate).HasFlag(CertificateUsages.Client)
            ? new CheckResult("usages", CheckStatus.Pass, "may be used as a client")
            : new CheckResult("usages", CheckStatus.Fail, "the certificate may not be used as a client", remake);
        yield return identity.KeyFault(certificate) is { } keyFault ? new CheckResult("key", CheckStatus.Fail, keyFault, remake)
            : new CheckResult("key", CheckStatus.Pass, "belongs to the certificate");
        if (identity.Key.File is { } file)
        {
            yield return CertificateRules.Mode(file) is { } open
                ? new CheckResult("key-mode", CheckStatus.Fail, open, $"chmod go-rwx {ShellWord.Quote(file)}")
                : new CheckResult("key-mode", CheckStatus.Pass, "nobody but the owner can read the key");
        }
    }

    private static CheckResult Chain(X509Certificate2Collection found, X509Certificate2Collection authorities, Remedy remake)
    {
        const string name = "chain";
        if (CertificateRules.Chain(found[0], authorities) is not { } fault)
        {
            return new(name, CheckStatus.Pass, "signed by the authority of the cluster");
        }
        // k3s has one authority for servers and another for clients, and sends the second one along.
        return found.Count > 1 && CertificateRules.Chain(found[0], [.. found.Skip(1)]) is null
            ? new(name, CheckStatus.Warn,
                $"signed by {Printable.Of(found[0].Issuer)}, which the file brings along; whether the server knows it is not known")
            : new(name, CheckStatus.Fail, fault, remake);
    }

    private static (X509Certificate2Collection? Found, string? Fault) Certificates(KubeConfigPart part)
    {
        if (part.Content is null)
        {
            return (null, part.Fault);
        }
        try
        {
            return (CertificateFile.Parse(part.Content, part.Place), null);
        }
        catch (InvalidInputException e)
        {
            return (null, $"{part.Place} {e.Reason}");
        }
    }
}
