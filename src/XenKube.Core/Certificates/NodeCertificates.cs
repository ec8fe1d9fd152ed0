using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Files;
using XenKube.FileSystems;
using XenKube.Guests;
using XenKube.Ignition.Publishing;
using XenKube.Ignition.Summaries;

namespace XenKube.Certificates;

/// <summary>Files of etcd's certificates and keys on a node, by their absolute paths there.</summary>
/// <param name="Directory">The directory on the node; null if there is none of them.</param>
/// <param name="Files">The content of the files in it.</param>
internal sealed record NodeCertificates(string? Directory, IReadOnlyDictionary<string, byte[]> Files)
{
    private const int MostFiles = 64;

    /// <summary>What the published config writes to the node; null where nothing is published.</summary>
    public static NodeCertificates? InConfig(Node node)
    {
        if (IgnitionPublisher.Read(node.IgnitionPath) is not { } json)
        {
            return null;
        }
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in IgnitionSummary.Read(json).Files.Where(file => file.Content is not null))
        {
            files[file.Path] = file.Content!;
        }
        return new NodeCertificates(CertificateLayout.NodeDirectories.FirstOrDefault(directory =>
            files.Keys.Any(path => path.StartsWith(directory + "/", StringComparison.Ordinal))), files);
    }

    /// <summary>What is on the disk of a node.</summary>
    public static NodeCertificates OnDisk(Node node, CancellationToken cancellationToken) => ImageReader.ReadOnce(
        node.DiskPath,
        disk =>
        {
            using var root = disk.OpenFileSystem(GuestLayout.RootLabel);
            return On(root);
        },
        cancellationToken);

    private static NodeCertificates On(IFileSystem root)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (DirectoryOn(root) is not { } directory)
        {
            return new NodeCertificates(null, files);
        }
        foreach (var entry in root.List(directory).Take(MostFiles).Where(entry => entry.Kind == FileSystemEntryKind.File))
        {
            var path = $"{directory}/{entry.Name}";
            if (SmallFile.TryRead(root, path, FileLimits.Certificate) is { } bytes)
            {
                files[path] = bytes;
            }
        }
        return new NodeCertificates(directory, files);
    }

    /// <summary>The directory of etcd's certificates on a file system; null if there is none.</summary>
    public static string? DirectoryOn(IFileSystem root) => CertificateLayout.NodeDirectories.FirstOrDefault(directory =>
        root.Find(directory) is { Kind: FileSystemEntryKind.Directory });

    /// <summary>What the guest of a node is doing.</summary>
    public static XenGuestState StateOf(XenDirectory directory, Node node)
    {
        var uses = GuestUses.ReadIfXen(new NodeGuests(directory).Xl, node.DiskPath);
        return uses.StateOf(node.GuestName, uses.Domains.FirstOrDefault(domain => domain.Name == node.GuestName));
    }
}
