using XenKube.FileSystems;

namespace XenKube.Clusters;

/// <summary>
/// What a guest keeps on ROOT that only one guest may have, besides its machine-id: a copy of its disk must not have it. Each of these is
/// made again at the next boot.
/// </summary>
internal static class CopiedIdentity
{
    private const string SshDirectory = "/etc/ssh";
    private const string SshKeyStart = "ssh_host_";

    /// <summary>
    /// The seed of random numbers (systemd-random-seed(8)), a member of etcd, the certificates by which a kubelet is known to its cluster,
    /// and D-Bus' copy of machine-id.
    /// </summary>
    private static readonly string[] Paths =
        ["/var/lib/systemd/random-seed", GuestLayout.EtcdMemberPath, "/var/lib/kubelet/pki", "/var/lib/dbus/machine-id"];

    /// <summary>Removes it.</summary>
    /// <param name="root">The file system of ROOT.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <returns>The paths of what was removed.</returns>
    public static IReadOnlyList<string> Remove(IFileSystem root, CancellationToken cancellationToken)
    {
        var found = SshKeys(root).Concat(Paths.Where(path => root.Find(path, followLink: false) is not null)).ToList();
        foreach (var path in found)
        {
            TreeEdits.Remove(root, path, cancellationToken);
        }
        return found;
    }

    private static IEnumerable<string> SshKeys(IFileSystem root) =>
        root.Find(SshDirectory) is not { Kind: FileSystemEntryKind.Directory } ? []
            : root.List(SshDirectory).Where(entry => entry.Name.StartsWith(SshKeyStart, StringComparison.Ordinal))
                .Select(entry => $"{SshDirectory}/{entry.Name}");
}
