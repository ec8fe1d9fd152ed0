using System.Net;
using System.Security.Cryptography.X509Certificates;
using XenKube.Clusters;

namespace XenKube.Certificates;

/// <summary>Finds certificates where they are: in files, in the published config, on disks, on ports.</summary>
public sealed class CertificateFinder
{
    private readonly XenDirectory _directory;
    private readonly CertificateStore _store;
    private readonly TimeSpan _timeout;

    /// <summary>Opens the certificates of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="timeout">How long a port may take; null for the usual time.</param>
    /// <param name="clock">The clock; null for this host's.</param>
    public CertificateFinder(XenDirectory directory, TimeSpan? timeout = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
        _store = new CertificateStore(directory, clock);
        _timeout = timeout ?? new CertificateCheckOptions().Timeout;
    }

    /// <summary>The certificates of a node in one of the places, in the order of their roles; none where there are none.</summary>
    /// <param name="node">The node.</param>
    /// <param name="source">The place.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidInputException">A file is not a certificate, or the node has no address.</exception>
    /// <exception cref="OperationFailedException">A port does not answer.</exception>
    public IReadOnlyList<ClusterCertificate> List(Node node, CertificateSource source = CertificateSource.File,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        _directory.RequireOwn(node);
        return source switch
        {
            CertificateSource.File => _store.List(node),
            CertificateSource.Config => In(node, NodeCertificates.InConfig(node), source),
            CertificateSource.Disk => In(node, NodeCertificates.OnDisk(node, cancellationToken), source),
            _ => OnPorts(node, cancellationToken),
        };
    }

    private List<ClusterCertificate> In(Node node, NodeCertificates? found, CertificateSource source)
    {
        var all = new List<ClusterCertificate>();
        if (found?.Directory is null)
        {
            return all;
        }
        foreach (var profile in CertificateProfile.All)
        {
            var path = $"{found.Directory}/{CertificateLayout.NodeFile(profile)}";
            if (found.Files.TryGetValue(path, out var bytes))
            {
                all.Add(_store.Describe(node, profile, CertificateFile.Parse(bytes, path)[0], source, path,
                    $"{found.Directory}/{CertificateLayout.NodeKeyFile(profile)}"));
            }
        }
        return all;
    }

    private List<ClusterCertificate> OnPorts(Node node, CancellationToken cancellationToken)
    {
        var address = node.IPAddress ?? throw new InvalidInputException(ErrorIds.NodeAddressMissing, node.GuestConfigPath, null,
            "the node has no reserved IP address, so its ports are not known",
            $"Make the guest with one: {new RemedyAction(RemedyActionKind.MakeGuest, node.FullName)}");
        var client = CertificateProfile.Of(CertificateRole.EtcdClient);
        var own = LoadedCertificate.Read(client, CertificateLayout.Path(_directory.Layout, node, client),
            CertificateLayout.KeyPath(_directory.Layout, node, client));
        var all = new List<ClusterCertificate>();
        foreach (var (port, role) in PresentedCertificate.Ports)
        {
            var endpoint = new IPEndPoint(IPAddress.Parse(address), port);
            X509Certificate2 presented = PresentedCertificate.Read(endpoint, own, _timeout, cancellationToken);
            all.Add(_store.Describe(node, CertificateProfile.Of(role), presented, CertificateSource.Endpoint, endpoint.ToString()));
        }
        return all;
    }
}
