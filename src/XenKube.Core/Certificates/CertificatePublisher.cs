using XenKube.Clusters;
using XenKube.FileSystems;
using XenKube.Guests;

namespace XenKube.Certificates;

/// <summary>
/// Brings the certificates of a node to it: into its published config, which the next refresh takes, and onto the disk of a node that is
/// stopped, or by ssh to one that runs. etcd takes a new certificate at the next connection, without a restart.
/// </summary>
/// <param name="directory">The XENDIR.</param>
public sealed class CertificatePublisher(XenDirectory directory)
{
    /// <summary>Where the certificates of a node would go now.</summary>
    /// <param name="node">The node.</param>
    public IReadOnlyList<CertificateSource> PlacesOf(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        directory.RequireOwn(node);
        var places = new List<CertificateSource>();
        if (File.Exists(node.IgnitionPath) && (File.Exists(node.ConfigPath) || new NodeConfig(directory, node).HasTemplate))
        {
            places.Add(CertificateSource.Config);
        }
        if (node.HasDisk)
        {
            places.Add(IsRunning(directory, node) ? CertificateSource.Endpoint : CertificateSource.Disk);
        }
        return places;
    }

    /// <summary>Whether the guest of a node runs; one without a disk of this host runs somewhere else.</summary>
    internal static bool IsRunning(XenDirectory directory, Node node) =>
        !node.HasDisk || NodeCertificates.StateOf(directory, node) is not (XenGuestState.Halted or XenGuestState.Saved);

    /// <summary>Brings the certificates of a node to it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Ends it between two places.</param>
    /// <exception cref="ItemNotFoundException">A certificate of the node does not exist.</exception>
    /// <exception cref="ItemInUseException">The disk is in use; the guest is saved, for example.</exception>
    /// <exception cref="OperationFailedException">The running node cannot be reached.</exception>
    public IReadOnlyList<CertificateDelivery> Publish(Node node, CancellationToken cancellationToken = default)
    {
        var places = PlacesOf(node);
        using var held = directory.Lock($"publishing of certificates for {node.FullName}", cancellationToken);
        var files = DeliveredFile.Of(directory.Layout, node, new CertificateStore(directory));
        try
        {
            var done = new List<CertificateDelivery>();
            foreach (var place in places)
            {
                cancellationToken.ThrowIfCancellationRequested();
                done.Add(place switch
                {
                    CertificateSource.Config => ToConfig(node),
                    CertificateSource.Disk => ToDisk(node, files, cancellationToken),
                    _ => new RunningNode(node).Replace(files, cancellationToken)
                        ? new CertificateDelivery(node, place, true, "replaced the certificates on the running node")
                        : new CertificateDelivery(node, place, false, "the running node has these certificates already"),
                });
            }
            return done;
        }
        finally
        {
            DeliveredFile.Clear(files);
        }
    }

    private CertificateDelivery ToConfig(Node node)
    {
        var published = new NodeConfig(directory, node).RepublishHeld();
        return new CertificateDelivery(node, CertificateSource.Config, published.Changed,
            published.Changed ? $"published {published.Path}" : $"{published.Path} is as it was");
    }

    private static CertificateDelivery ToDisk(Node node, IReadOnlyList<DeliveredFile> files, CancellationToken cancellationToken)
    {
        using var disk = NodeDisk.OpenWrite(node.DiskPath, cancellationToken: cancellationToken);
        using var root = disk.OpenFileSystem(GuestLayout.RootLabel);
        if (NodeCertificates.DirectoryOn(root) is not { } folder)
        {
            return new CertificateDelivery(node, CertificateSource.Disk, false,
                "the disk has no certificates yet: Ignition writes them when the node boots for the first time");
        }
        // Owner and permissions are those that Ignition gave: a file that it did not write gets none of this host's.
        var there = files
            .Where(file => root.Find($"{folder}/{file.Name}", followLink: false) is { Kind: FileSystemEntryKind.File }).ToList();
        var stale = there.Where(file => !IsSame(root, $"{folder}/{file.Name}", file.Content)).ToList();
        foreach (var file in stale)
        {
            root.WriteFile($"{folder}/{file.Name}", file.Content);
        }
        return new CertificateDelivery(node, CertificateSource.Disk, stale.Count > 0, stale.Count > 0
            ? $"wrote {string.Join(", ", stale.Select(file => file.Name))} to {folder} on {GuestLayout.RootLabel}"
            : $"{folder} on {GuestLayout.RootLabel} has these certificates already");
    }

    private static bool IsSame(IFileSystem root, string path, byte[] content) =>
        SmallFile.TryRead(root, path, content.Length) is { } bytes && bytes.AsSpan().SequenceEqual(content);
}
