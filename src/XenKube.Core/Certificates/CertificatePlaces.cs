using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XenKube.Clusters;

namespace XenKube.Certificates;

/// <summary>The checks that what a node gets, has and presents is what the cluster's directory holds.</summary>
/// <param name="node">The node.</param>
/// <param name="authorities">The cluster's authorities.</param>
/// <param name="files">The node's files on this host.</param>
/// <param name="options">How long a port may take.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class CertificatePlaces(Node node, X509Certificate2Collection authorities, IReadOnlyList<LoadedCertificate> files,
    CertificateCheckOptions options, CancellationToken cancellationToken)
{
    private Remedy Publish => $"Bring them to the node: {new RemedyAction(RemedyActionKind.PublishCertificates, node.FullName)}";

    /// <summary>The published config.</summary>
    public IEnumerable<CheckResult> Config()
    {
        const string name = "config";
        try
        {
            return NodeCertificates.InConfig(node) is { } published
                ? Compare(name, published, node.IgnitionPath, $"{node.IgnitionPath} writes no certificates of etcd to the node",
                    $"Name the files in the node's template, and publish it: {new RemedyAction(RemedyActionKind.PublishConfig, node.FullName)}")
                : [new(name, CheckStatus.Warn, $"{node.IgnitionPath} is not published",
                    $"Publish it: {new RemedyAction(RemedyActionKind.PublishConfig, node.FullName)}")];
        }
        catch (XenKubeException e)
        {
            return [NotChecked(name, e)];
        }
    }

    /// <summary>The disk of a guest that is stopped.</summary>
    public IEnumerable<CheckResult> Disk()
    {
        const string name = "disk";
        try
        {
            return Compare(name, NodeCertificates.OnDisk(node, cancellationToken), node.DiskPath,
                $"{node.DiskPath} has no certificates of etcd yet: Ignition writes them when the node boots for the first time",
                $"Let Ignition run: {new RemedyAction(RemedyActionKind.Refresh, node.FullName)}");
        }
        catch (XenKubeException e)
        {
            return [NotChecked(name, e)];
        }
    }

    /// <summary>What a running member presents to its clients and to the other members.</summary>
    public IEnumerable<CheckResult> Ports()
    {
        const string name = "port";
        if (node.IPAddress is not { } address)
        {
            yield return new(name, CheckStatus.Warn, "not checked: the node has no reserved IP address",
                $"Make the guest with one: {new RemedyAction(RemedyActionKind.MakeGuest, node.FullName)}");
            yield break;
        }
        var client = files.FirstOrDefault(file => file.Profile.Role == CertificateRole.EtcdClient);
        foreach (var (port, role) in PresentedCertificate.Ports)
        {
            var endpoint = new IPEndPoint(IPAddress.Parse(address), port);
            var file = files.First(file => file.Profile.Role == role);
            string? trouble = null;
            X509Certificate2? presented = null;
            try
            {
                presented = PresentedCertificate.Read(endpoint, client, options.Timeout, cancellationToken);
            }
            catch (OperationFailedException e)
            {
                trouble = e.Reason;
            }
            yield return presented is null
                ? new(name, CheckStatus.Warn, $"not checked: {trouble}",
                    $"Look whether etcd runs on the node: {RemedyActionKind.ShowConsole}")
                : Same(presented, file.Certificate)
                ? new(name, CheckStatus.Pass, $"{endpoint} presents {file.Path}")
                : new(name, CheckStatus.Fail,
                    $"{endpoint} presents another certificate than {file.Path}, {Printable.Of(presented.Subject)}, which ends on {CertificateFile.Text(CertificateFile.End(presented))}",
                    Publish);
        }
    }

    private IEnumerable<CheckResult> Compare(string name, NodeCertificates found, string place, string none, Remedy remedy)
    {
        if (found.Files.Where(file => IsAuthorityKey(file.Value, file.Key)).Select(file => file.Key).FirstOrDefault() is { } leaked)
        {
            yield return new(name, CheckStatus.Fail,
                $"{place} has the key of the certificate authority in {Printable.Of(leaked)}: who has this node can make certificates for the whole cluster",
                $"Take the file out of the node's template and publish it; the key is not secret any more, so make another authority: {new RemedyAction(RemedyActionKind.RemakeCertificateAuthority, node.Cluster)}");
        }
        if (found.Directory is not { } directory)
        {
            yield return new(name, CheckStatus.Warn, none, remedy);
            yield break;
        }
        var stale = files.Where(file => file.Certificate is not null)
            .Where(file => !IsSame(found, $"{directory}/{CertificateLayout.NodeFile(file.Profile)}", file.Certificate)
                || !IsKeyThere(found, $"{directory}/{CertificateLayout.NodeKeyFile(file.Profile)}", file.Certificate!))
            .Select(file => CertificateLayout.NodeFile(file.Profile)).ToList();
        if (authorities.Count > 0 && !AreSame(found, $"{directory}/{CertificateLayout.NodeAuthorityFile}"))
        {
            stale.Insert(0, CertificateLayout.NodeAuthorityFile);
        }
        yield return stale.Count == 0
            ? new(name, CheckStatus.Pass, $"{place} has in {directory} what this host has")
            : new(name, CheckStatus.Fail, $"{place} does not have in {directory} what this host has: {string.Join(", ", stale)}", Publish);
    }

    private static bool IsSame(NodeCertificates found, string path, X509Certificate2? certificate)
    {
        try
        {
            return found.Files.TryGetValue(path, out var bytes) && Same(CertificateFile.Parse(bytes, path)[0], certificate);
        }
        catch (XenKubeException)
        {
            return false;
        }
    }

    /// <summary>Whether a file holds all of the authorities and no other; the order does not matter to who trusts them.</summary>
    private bool AreSame(NodeCertificates found, string path)
    {
        try
        {
            return found.Files.TryGetValue(path, out var bytes) && CertificateFile.Parse(bytes, path) is var there
                && there.Count == authorities.Count && there.All(one => authorities.Any(own => Same(one, own)));
        }
        catch (XenKubeException)
        {
            return false;
        }
    }

    private static bool IsKeyThere(NodeCertificates found, string path, X509Certificate2 certificate)
    {
        try
        {
            using var key = found.Files.TryGetValue(path, out var bytes) ? PrivateKey.Parse(bytes, path) : null;
            return key is not null && key.BelongsTo(certificate);
        }
        catch (XenKubeException)
        {
            return false;
        }
    }

    private bool IsAuthorityKey(byte[] content, string path)
    {
        if (content.AsSpan().IndexOf("PRIVATE KEY-----"u8) < 0)
        {
            return false;
        }
        try
        {
            using var key = PrivateKey.Parse(content, path);
            return authorities.Any(key.BelongsTo);
        }
        catch (XenKubeException)
        {
            return false;
        }
    }

    private static bool Same(X509Certificate2 one, X509Certificate2? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(one.RawDataMemory.Span, other.RawDataMemory.Span);

    private static CheckResult NotChecked(string name, XenKubeException e) =>
        new(name, CheckStatus.Warn, $"not checked: {e.Fault}", e.Advice ?? "Run this as root");
}
