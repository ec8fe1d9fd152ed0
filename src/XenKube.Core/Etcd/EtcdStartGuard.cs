using XenKube.Clusters;
using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Etcd;

/// <summary>
/// Keeps a member without data from being started into a cluster that runs: with the state new its etcd ends ("member ID has already been
/// bootstrapped"), and with existing it panics in raft.
/// </summary>
public static class EtcdStartGuard
{
    /// <summary>Long enough for members on this host's bridge; a cluster that is down is started without its answer.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Refuses guests whose disks were made again while their cluster ran. Only members of clusters with roles are asked for.
    /// </summary>
    /// <param name="guestConfigPaths">The guest configurations of the nodes that are to be started.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidInputException">A member's address was changed, and its certificates are for the one before.</exception>
    /// <exception cref="OperationFailedException">A member would be started without being added again.</exception>
    public static void Refuse(IReadOnlyList<string> guestConfigPaths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(guestConfigPaths);
        foreach (var group in guestConfigPaths.GroupBy(path => Path.GetDirectoryName(Path.GetFullPath(path))!))
        {
            var guests = Path.GetDirectoryName(group.Key);
            if (guests is null || Path.GetDirectoryName(guests) is not { } xenDir || guests != new XenDirLayout(xenDir).GuestsPath
                || ClusterRoles.Find(Path.Combine(group.Key, XenDirLayout.ClusterSettingsName)) is null)
            {
                continue;
            }
            var directory = new XenDirectory(xenDir, onWait: null);
            var nodes = new NodeStore(directory);
            Node[] members = [.. group.Select(nodes.FindByFile).OfType<Node>()];
            foreach (var node in members)
            {
                CertificateNamesGuard.Refuse(directory.Layout, node);
            }
            Refuse(directory, members, cancellationToken);
        }
    }

    private static void Refuse(XenDirectory directory, IReadOnlyList<Node> nodes, CancellationToken cancellationToken)
    {
        List<Node> empty = [.. nodes.Where(node => node.HasDisk && !HasData(node))];
        if (empty.Count == 0)
        {
            return;
        }
        var joining = ClusterRoles.Read(directory.Layout.ClusterSettingsPath(empty[0].Cluster)).Joining;
        IReadOnlyList<EtcdMember> members;
        try
        {
            members = new EtcdClusters(directory, Timeout).List(empty[0].Cluster, cancellationToken);
        }
        catch (XenKubeException)
        {
            // No member answers: the first start of all of them, or a cluster that is down as a whole.
            return;
        }
        foreach (var node in empty)
        {
            var reason = members.FirstOrDefault(member => member.Node?.Name == node.Name)?.State switch
            {
                EtcdMemberState.Started =>
                    "the cluster runs and has this member, whose data are not on the disk any more: its etcd would end or panic",
                EtcdMemberState.Missing => "the cluster runs and does not have this member: its etcd would end",
                EtcdMemberState.Unstarted when !joining.Contains(node.Name) =>
                    "the cluster waits for this member, and the node's config would make a new cluster",
                _ => null,
            };
            if (reason is not null)
            {
                throw new OperationFailedException(ErrorIds.EtcdChangeUnsafe, null, node.FullName, reason,
                    $"Replace the member: {new RemedyAction(RemedyActionKind.RepairMember, node.FullName)}");
            }
        }
    }

    /// <summary>
    /// Whether the disk of a node holds data of etcd. In doubt it does: nothing is refused because a disk cannot be read.
    /// </summary>
    private static bool HasData(Node node)
    {
        try
        {
            return ImageReader.ReadOnce(node.DiskPath, disk =>
            {
                using var root = disk.OpenFileSystem(GuestLayout.RootLabel);
                return root.Find(EtcdLayout.MemberDirectory) is { Kind: FileSystemEntryKind.Directory };
            });
        }
        catch (XenKubeException)
        {
            return true;
        }
    }
}
