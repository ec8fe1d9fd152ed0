using System.Globalization;
using XenKube.Clusters;
using XenKube.Files;
using XenKube.FileSystems;
using XenKube.Programs;

namespace XenKube.Etcd;

/// <summary>
/// Makes the data of all members of a cluster again from a snapshot, onto the disks of their stopped nodes. etcd's own program on this
/// host makes the data; the members are a new cluster with a token of its own, so that none of the old ones is taken for one of it.
/// </summary>
/// <param name="directory">The XENDIR.</param>
public sealed class EtcdRestore(XenDirectory directory)
{
    /// <summary>etcdutl has the command since etcd 3.5, and etcdctl has it up to 3.5.</summary>
    private static readonly string[] Programs = ["etcdutl", "etcdctl"];

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    /// <summary>Restores a cluster. Data that are on the disks are put aside. Nothing is written before all of it is made.</summary>
    /// <param name="cluster">Name of the cluster, whose members have addresses and disks.</param>
    /// <param name="path">The snapshot.</param>
    /// <param name="token">The token of the cluster from now on; null for the one that it has with another number.</param>
    /// <param name="cancellationToken">Ends it between two disks; the restore is done again then.</param>
    /// <returns>The cluster, whose nodes can be started.</returns>
    /// <exception cref="InvalidInputException">The file is not a whole snapshot, or a member has no address.</exception>
    /// <exception cref="ItemInUseException">A guest runs.</exception>
    /// <exception cref="OperationFailedException">The host has neither etcdutl nor etcdctl, or the program fails.</exception>
    public EtcdCluster Run(string cluster, string path, string? token = null, CancellationToken cancellationToken = default)
    {
        EtcdSnapshots.Check(path);
        var program = Array.Find(Programs, name => ExternalProgram.Find(name) is not null) ?? throw ProgramStart.Missing(Programs[1]);
        var clusters = new EtcdClusters(directory);
        var planned = clusters.Get(cluster);
        token ??= Following(planned.Token);
        if (token == planned.Token)
        {
            throw new InvalidInputException(ErrorIds.EtcdTokenUnchanged, directory.Layout.ClusterSettingsPath(cluster), null,
                "the token is the one that the cluster has: members with the old data would be taken for members of the restored cluster",
                "Use another token");
        }
        if (planned.InitialCluster is null)
        {
            throw new InvalidInputException(ErrorIds.NodeAddressMissing, null, cluster,
                "a member has no reserved IP address, so its id is not known",
                $"Make the guests with addresses: {new RemedyAction(RemedyActionKind.MakeGuest, cluster)}");
        }
        var folder = Path.Combine(directory.Layout.ClusterPath(cluster), $".restore-{Guid.NewGuid():N}");
        HostFile.MakeDirectory(folder, PrivateFile.OwnerOnlyDirectory);
        try
        {
            foreach (var member in planned.Members)
            {
                // A disk that is missing or in use is found before anything is made for it.
                using var disk = NodeDisk.OpenWrite(member.Node!.DiskPath, cancellationToken: cancellationToken);
                Make(program, path, folder, member, planned.InitialCluster, token, cancellationToken);
            }
            foreach (var member in planned.Members)
            {
                Write(member.Node!, Path.Combine(folder, member.Name, "member"), cancellationToken);
            }
        }
        finally
        {
            HostFile.RemoveTree(folder);
        }
        using var held = directory.Lock($"roles of the cluster {cluster}", cancellationToken);
        var roles = ClusterRoles.Read(directory.Layout.ClusterSettingsPath(cluster));
        (roles with { Token = token, Joining = [] }).Write(directory.Layout.ClusterSettingsPath(cluster));
        return clusters.Get(cluster);
    }

    /// <summary>A token with the next number: <c>etcd-token</c>, <c>etcd-token-2</c>, <c>etcd-token-3</c>.</summary>
    internal static string Following(string token)
    {
        var end = token.LastIndexOf('-');
        return end > 0 && int.TryParse(token.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"{token[..end]}-{number + 1}") : $"{token}-2";
    }

    private static void Make(string program, string path, string folder, EtcdMember member, string initialCluster, string token,
        CancellationToken cancellationToken)
    {
        var result = ExternalProgram.Run(program, ["snapshot", "restore", Path.GetFullPath(path), "--name", member.MemberName,
            "--initial-cluster", initialCluster, "--initial-cluster-token", token, "--initial-advertise-peer-urls", member.PeerUri!,
            "--data-dir", Path.Combine(folder, member.Name)], Timeout,
            environment: new Dictionary<string, string> { ["ETCDCTL_API"] = "3" }, cancellationToken: cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new OperationFailedException(ErrorIds.EtcdRestoreFailed, path, program, result.Said,
                "See that the snapshot was taken by an etcd of the same minor version or an older one");
        }
    }

    /// <summary>Puts the data of a member onto the disk of its node, with the owner that the directory of etcd's data has there.</summary>
    private static void Write(Node node, string source, CancellationToken cancellationToken)
    {
        using var disk = NodeDisk.OpenWrite(node.DiskPath, cancellationToken: cancellationToken);
        using var root = disk.OpenFileSystem(GuestLayout.RootLabel);
        EtcdDataDirectory.PutAside(root);
        var owner = EtcdDataDirectory.Require(root);
        Copy(root, source, EtcdLayout.MemberDirectory, owner, cancellationToken);
    }

    private static void Copy(IFileSystem root, string source, string target, FileAttributesChange owner,
        CancellationToken cancellationToken)
    {
        root.CreateDirectory(target, owner with { Mode = 0x1C0 }); // 0700
        foreach (var entry in new DirectoryInfo(source).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var place = $"{target}/{entry.Name}";
            if (entry is DirectoryInfo)
            {
                Copy(root, entry.FullName, place, owner, cancellationToken);
                continue;
            }
            using var content = HostFile.OpenNamed(entry.FullName);
            root.WriteFile(place, content, owner with { Mode = 0x180 }, cancellationToken); // 0600
        }
    }
}
