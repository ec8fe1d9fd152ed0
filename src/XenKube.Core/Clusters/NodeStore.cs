using XenKube.Files;
using XenKube.Guests;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>The nodes of a XENDIR: a node is there as soon as one of its files is.</summary>
public sealed partial class NodeStore
{
    private readonly XenDirectory _directory;
    private readonly Lazy<Dictionary<string, string>> _addresses;

    /// <summary>Opens the nodes of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    public NodeStore(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
        _addresses = new Lazy<Dictionary<string, string>>(ReadAddresses);
    }

    /// <summary>The nodes that a name or pattern stands for, in the order of their names.</summary>
    /// <param name="name">Cluster and node, patterns allowed in both.</param>
    /// <exception cref="ItemNotFoundException">A cluster or node named without wildcards does not exist.</exception>
    public IReadOnlyList<Node> List(NodeName name)
    {
        RequireNoBareNode(name);
        var nodes = new List<Node>();
        foreach (var cluster in new ClusterStore(_directory).List(name.Cluster))
        {
            nodes.AddRange(NamesIn(cluster.Path)
                .Where(node => NamePattern.IsMatch(name.Node, node, ignoresCase: true))
                .Select(node => Describe(cluster.Name, node)));
        }
        if (nodes.Count == 0 && !name.IsPattern)
        {
            // To make a node of a name that cannot be one is no way out.
            ItemName.Check(name.Node, "node");
            throw NotFound(name);
        }
        return nodes;
    }

    // The name of a node without its cluster reads like the name of a cluster.
    private void RequireNoBareNode(NodeName name)
    {
        if (name.Node == "*" && ItemName.IsValid(name.Cluster) && !Directory.Exists(_directory.Layout.ClusterPath(name.Cluster))
            && Names(new NodeName("*", name.Cluster)).Select(node => node.ToString()).Order(StringComparer.Ordinal).ToArray()
                is { Length: > 0 } meant)
        {
            throw new ItemNotFoundException(ErrorIds.ClusterNotFound, _directory.Layout.ClusterPath(name.Cluster), null,
                "there is no such cluster, but a node has this name", $"Name the node with its cluster: {string.Join(" or ", meant)}");
        }
    }

    /// <summary>
    /// The names of the nodes that a name or pattern stands for, as they come: for completion, which wants them at once and no more of
    /// them.
    /// </summary>
    /// <param name="name">Cluster and node, patterns allowed in both.</param>
    public IEnumerable<NodeName> Names(NodeName name)
    {
        var clusters = NamePattern.IsPattern(name.Cluster) ? new ClusterStore(_directory).Names() : [name.Cluster];
        foreach (var cluster in clusters.Where(cluster => ItemName.IsValid(cluster)
            && NamePattern.IsMatch(name.Cluster, cluster, ignoresCase: true)))
        {
            var path = _directory.Layout.ClusterPath(cluster);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var node in Directory.Exists(path) ? Directory.EnumerateFiles(path).Select(NameOf) : [])
            {
                if (node is not null && NamePattern.IsMatch(name.Node, node, ignoresCase: true) && seen.Add(node))
                {
                    yield return new NodeName(cluster, node);
                }
            }
        }
    }

    /// <summary>What a node is or would be: its names and paths, whether its files exist or not.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="name">Name of the node.</param>
    /// <exception cref="InvalidInputException">A name is not valid.</exception>
    public Node Describe(string cluster, string name)
    {
        ItemName.Check(cluster, "cluster");
        ItemName.Check(name, "node");
        var layout = _directory.Layout;
        string FileOf(string extension) => layout.NodePath(cluster, name, extension);
        var guest = NodeAddresses.Of(FileOf(XenDirLayout.GuestConfigExtension));
        return new Node(cluster, name, _directory.Path)
        {
            DiskPath = FileOf(XenDirLayout.DiskExtension),
            ConfigPath = FileOf(XenDirLayout.ConfigExtension),
            TemplatePath = FileOf(XenDirLayout.TemplateExtension),
            GuestConfigPath = FileOf(XenDirLayout.GuestConfigExtension),
            IgnitionPath = layout.IgnitionPath(cluster, name),
            IgnitionUri = new Uri(_directory.Settings.BaseUri,
                $"{Uri.EscapeDataString(cluster)}/{Uri.EscapeDataString(name + XenDirLayout.IgnitionExtension)}"),
            GuestName = guest.Name ?? NodeName.UsualGuestName(cluster, name),
            MacAddress = guest.MacAddress,
            IPAddress = guest.MacAddress is null ? null : _addresses.Value.GetValueOrDefault(guest.MacAddress),
            HasDisk = File.Exists(FileOf(XenDirLayout.DiskExtension)),
            ConfigDiskPath = FileOf(XenDirLayout.ConfigDiskExtension),
            ConfigSource = ClusterSettings.Read(layout.ClusterSettingsPath(cluster)).SourceOf(name),
        };
    }

    /// <summary>One node, which exists.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="name">Name of the node.</param>
    /// <exception cref="InvalidInputException">A name is not valid.</exception>
    /// <exception cref="ItemNotFoundException">There is no cluster or node of that name.</exception>
    public Node Get(string cluster, string name)
    {
        ItemName.Check(name, "node");
        new ClusterStore(_directory).Require(cluster);
        // The template of a cluster is not the template of a node that is called cluster.
        return XenDirLayout.NodeExtensions.Select(extension => _directory.Layout.NodePath(cluster, name, extension))
            .Any(path => File.Exists(path) && path != _directory.Layout.ClusterTemplatePath(cluster))
            ? Describe(cluster, name) : throw NotFound(new NodeName(cluster, name));
    }

    private ItemNotFoundException NotFound(NodeName name) => new(ErrorIds.NodeNotFound,
        _directory.Layout.NodePath(name.Cluster, name.Node, ""), null, $"there is no node {name}",
        $"Make it with {new RemedyAction(RemedyActionKind.MakeNode, name.ToString())}");

    /// <summary>
    /// The node that a file belongs to by its place and name: <c>guests/CLUSTER/NODE.img</c>, <c>.ct</c>, <c>.cfg</c>, or its published
    /// config, <c>nginx/CLUSTER/NODE.json</c>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The node; null if the file does not belong to a node.</returns>
    public Node? FindByFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = Path.GetFileName(path);
        var extension = file == XenDirLayout.ClusterTemplateName
            ? null : XenDirLayout.NodeExtensions.FirstOrDefault(e => file.EndsWith(e, StringComparison.Ordinal));
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (file.EndsWith(XenDirLayout.IgnitionExtension, StringComparison.Ordinal) && Path.GetFileName(directory) is var published
            && ItemName.IsValid(published) && directory == _directory.Layout.PublishedPath(published)
            && Path.GetFileNameWithoutExtension(file) is var node && ItemName.IsValid(node))
        {
            return Describe(published, node);
        }
        return extension is not null && _directory.FindClusterAt(directory) is { } cluster && Path.GetFileName(directory) == cluster
            && ItemName.IsValid(file[..^extension.Length])
            ? Describe(cluster, file[..^extension.Length])
            : null;
    }

    /// <summary>
    /// Removes every file of a node, its certificates with their keys and its published config included, and its start with the host. A
    /// block device that is its disk stays, with what it holds.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <exception cref="ItemInUseException">Its disk is in use; nothing was removed.</exception>
    public void Remove(Node node, CancellationToken cancellationToken = default)
    {
        _directory.RequireOwn(node);
        using var held = _directory.Lock($"removal of the node {node.FullName}", cancellationToken);
        RemoveFiles(node);
    }

    /// <summary>Refuses to remove a node whose disk is in use.</summary>
    internal void RequireUnused(Node node)
    {
        _directory.RequireOwn(node);
        var disk = FileStatus.Of(node.DiskPath, follow: false);
        if (disk is { IsBlockDevice: true })
        {
            throw NodeDevices.NotRemoved(node);
        }
        // A link in the disk's place is removed; the file or the device that the link leads to is left alone. A guest may run from the
        // device.
        if (disk is { IsRegularFile: true } || FileStatus.TryRead(node.DiskPath) is { IsBlockDevice: true })
        {
            RequireUnused(node.DiskPath);
        }
    }

    /// <summary>Removes every file of a node, for one who holds the XENDIR already.</summary>
    internal void RemoveFiles(Node node)
    {
        _directory.RequireOwn(node);
        ClusterStore.RequireNoLink(_directory, node.Cluster);
        RequireUnused(node);
        // The link would lead nowhere, and the host's start would stumble over the link.
        new GuestAutoStart(_directory.SystemRoot).Set(node.GuestConfigPath, isOn: false);
        Delete(node.DiskPath);
        foreach (var path in new[] { node.ConfigPath, node.TemplatePath, node.GuestConfigPath, node.IgnitionPath, node.ConfigDiskPath }
            .Concat(new TransferGuard(_directory).CertificatesOf(node)))
        {
            Delete(path);
        }
        ClusterSettings.Write(_directory.Layout.ClusterSettingsPath(node.Cluster), [node.Name], source: null);
        DeleteTree(KernelCopy.DirectoryOf(node.GuestConfigPath));
        Delete(UnfinishedDiskOf(node));
        Delete(UnfinishedTransfer.PathOf(_directory.Layout, new NodeName(node.Cluster, node.Name)));
    }

    /// <summary>Where the disk of a node is while it is made in the place of another, or as a copy.</summary>
    internal static string UnfinishedDiskOf(Node node) =>
        Path.Combine(Path.GetDirectoryName(node.DiskPath)!, $".{Path.GetFileName(node.DiskPath)}.new");

    /// <summary>The names of the nodes that have a file in a cluster's directory.</summary>
    /// <param name="directory">The cluster's directory.</param>
    internal static IReadOnlyList<string> NamesIn(string directory)
    {
        var names = new SortedSet<string>(NaturalOrder.Instance);
        foreach (var name in Directory.EnumerateFiles(directory).Select(NameOf).OfType<string>())
        {
            names.Add(name);
        }
        return [.. names];
    }

    // The node that a file of a cluster's directory belongs to by its name; null if it does not belong to a node.
    private static string? NameOf(string path)
    {
        var file = Path.GetFileName(path);
        var extension = file == XenDirLayout.ClusterTemplateName
            ? null : XenDirLayout.NodeExtensions.FirstOrDefault(e => file.EndsWith(e, StringComparison.Ordinal));
        return extension is not null && ItemName.IsValid(file[..^extension.Length]) ? file[..^extension.Length] : null;
    }

    // A reservations file that cannot be read, as by a user who is not root, hides addresses and nothing else.
    private Dictionary<string, string> ReadAddresses()
    {
        var addresses = new Dictionary<string, string>();
        try
        {
            foreach (var reservation in new NodeGuests(_directory).Reservations())
            {
                addresses.TryAdd(reservation.MacAddress.ToString(), reservation.IPAddress.ToString());
            }
        }
        catch (XenKubeException)
        {
            return addresses;
        }
        return addresses;
    }

    // Taking the lock proves that neither a running guest nor another process uses the disk. The content of the disk does not
    // matter: the locks come before the table is read.
    private static void RequireUnused(string path)
    {
        try
        {
            NodeDisk.OpenWrite(path).Dispose();
        }
        catch (XenKubeException e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            // A disk that was never whole can go like any other.
        }
    }

    private static void Delete(string path) => Delete(path, HostFile.Remove);

    private static void DeleteTree(string path) => Delete(path, HostFile.RemoveTree);

    private static void Delete(string path, Func<string, bool> remove)
    {
        try
        {
            remove(path);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotRemoved, path, null, e.Message, innerException: e);
        }
    }
}
