using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Hosting;

namespace XenKube.Commands;

// Which nodes a name or an object stands for: one answer for all cmdlets.
public abstract partial class XenDirCommand
{
    /// <summary>The properties of objects that name one of a node's files, in the order in which they are looked at.</summary>
    private static readonly string[] FileProperties = [nameof(Node.DiskPath), nameof(Node.GuestConfigPath), nameof(Node.ConfigPath),
        nameof(Node.TemplatePath), nameof(Node.IgnitionPath), "SourcePath", "Path"];

    /// <summary>True for a cmdlet of guests, where the name of a domain names a node as well.</summary>
    private protected virtual bool TakesDomainNames => false;

    /// <summary>
    /// The nodes that a text names: a cluster; cluster and node with a slash between; a file of a node; for a cmdlet of guests a domain.
    /// </summary>
    /// <param name="text">The text, with wildcards or without.</param>
    /// <param name="directory">The XENDIR.</param>
    /// <exception cref="ItemNotFoundException">Nothing has this name.</exception>
    private protected IReadOnlyList<Node> NodesNamed(string text, XenDirectory directory)
    {
        if (OwnFile(text) is { } path && new NodeStore(directory).FindByFile(path) is { } owner)
        {
            return [owner];
        }
        var store = new NodeStore(directory);
        if (!TakesDomainNames || text.Contains('/', StringComparison.Ordinal)
            || new ClusterStore(directory).Names().Any(cluster => NamePattern.IsMatch(text, cluster, ignoresCase: true)))
        {
            return store.List(NodeName.Parse(text));
        }
        var guests = store.List(new NodeName("*", "*"))
            .Where(node => NamePattern.IsMatch(text, node.GuestName, ignoresCase: true)).ToArray();
        return guests.Length > 0 ? guests : store.List(NodeName.Parse(text));
    }

    /// <summary>The nodes that an object stands for, or the elements of a list.</summary>
    /// <param name="source">The object.</param>
    /// <exception cref="InvalidInputException">The object does not name a node.</exception>
    /// <exception cref="ItemNotFoundException">The node that it names does not exist here.</exception>
    private protected IReadOnlyList<Node> NodesOf(PSObject source) => [.. PipedObject.Elements(source).SelectMany(element =>
    {
        var item = new PipedObject(element);
        var nodes = FindNodes(item) ?? throw new InvalidInputException(ErrorIds.InputInvalid, null, null,
            $"{item} does not name a node", "Pipe nodes, clusters, guests or files of nodes, or names such as 'etcd/node-1'");
        foreach (var node in nodes)
        {
            NoteOrigin(node, OriginOf(item), $"the node {node} in {node.XenDir}");
        }
        return nodes;
    })];

    /// <summary>Whence an object came, in words; null for one of this host.</summary>
    private protected static string? OriginOf(PipedObject item) => item.Origin
        ?? (item.Value is PSCustomObject && item.Text(nameof(Node.XenDir)) is { } path && !System.IO.Directory.Exists(path)
            ? $"a host with the XENDIR {Printable.Of(path)}" : null);

    /// <summary>
    /// The XENDIR of an object: the one asked for, else the one it names if this host has that, else that of the session.
    /// </summary>
    private protected XenDirectory DirectoryOf(PipedObject item)
    {
        var named = item.Text(nameof(Node.XenDir))
            ?? Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(item.Text(nameof(Node.GuestConfigPath)))));
        return XenDir is null && System.IO.Directory.Exists(named) ? Open(named) : Directory;
    }

    // Null where the object does not name a node. Its kind comes first; names are taken from the properties that say so.
    private IReadOnlyList<Node>? FindNodes(PipedObject item)
    {
        if (item.Value is string text)
        {
            return NodesNamed(text, Directory);
        }
        if (item.Value is Node node)
        {
            return [Current(node)];
        }
        if (item.Is<Cluster>() || item.Is<XenGuest>() || item.Is<DhcpReservation>() || item.Is<CheckResult>())
        {
            return FindNodesOfRecord(item);
        }
        if (item.Property(nameof(Node)) is { } own)
        {
            return own.Value is not string name ? FindNodes(own) : name.Contains('/', StringComparison.Ordinal)
                ? NodesNamed(name, DirectoryOf(item))
                : item.Text(nameof(Node.Cluster)) is { Length: > 0 } of && name.Length > 0 ? [Get(item, of, name)] : null;
        }
        if ((!item.IsOurs || item.Is<Node>()) && item.Text(nameof(Node.Cluster)) is { } cluster && item.Text(nameof(Node.Name)) is { } its)
        {
            return [Get(item, cluster, its)];
        }
        return item.Is<Node>() && item.Text(nameof(Node.FullName)) is { } full ? NodesNamed(full, DirectoryOf(item)) : FindByFile(item);
    }

    private IReadOnlyList<Node>? FindNodesOfRecord(PipedObject item)
    {
        var directory = DirectoryOf(item);
        if (item.Is<Cluster>())
        {
            return item.Text(nameof(Cluster.Name)) is { } cluster ? new NodeStore(directory).List(new NodeName(cluster, "*")) : null;
        }
        if (item.Is<DhcpReservation>())
        {
            var address = item.Words(nameof(DhcpReservation.MacAddress));
            var found = new NodeStore(directory).List(new NodeName("*", "*")).Where(node => node.MacAddress is { } mac
                && mac.Equals(address, StringComparison.OrdinalIgnoreCase)).ToArray();
            return found.Length > 0 ? found : null;
        }
        if (item.Is<CheckResult>())
        {
            return item.Text(nameof(CheckResult.Target)) is { } target && target.Contains('/', StringComparison.Ordinal)
                ? NodesNamed(target, directory) : null;
        }
        return item.Text(nameof(XenGuest.Node)) is { } node ? NodesNamed(node, directory)
            : throw new InvalidInputException(ErrorIds.InputInvalid, null, null,
                $"the domain {Printable.Of(item.Text(nameof(XenGuest.Name)))} has no guest configuration in {directory}, so it is not a node's",
                "Use xl for domains that do not belong to a cluster");
    }

    private IReadOnlyList<Node>? FindByFile(PipedObject item)
    {
        var directory = DirectoryOf(item);
        foreach (var path in FileProperties.Select(item.Text).Prepend(item.FilePath).OfType<string>())
        {
            if (OwnFile(path) is { } file && new NodeStore(directory).FindByFile(file) is { } node)
            {
                return [node];
            }
        }
        return item.Value is DirectoryInfo folder && ClusterAt(folder.FullName, directory) is { } cluster
            ? new NodeStore(directory).List(new NodeName(cluster, "*")) : null;
    }

    /// <summary>The cluster whose directory this is, and not one above or below it; null if it is none.</summary>
    private protected static string? ClusterAt(string path, XenDirectory directory) =>
        directory.FindClusterAt(path) is { } cluster && directory.Layout.ClusterPath(cluster) == Path.TrimEndingDirectorySeparator(path)
            ? cluster : null;

    private Node Get(PipedObject item, string cluster, string name) => new NodeStore(DirectoryOf(item)).Get(cluster, name);

    // A node of the session is as it was when it was listed. It must still exist, and with -XenDir the one of that XENDIR is meant.
    private Node Current(Node node)
    {
        var directory = DirectoryOf(node);
        var now = new NodeStore(directory).Get(node.Cluster, node.Name);
        return directory.Path == node.XenDir ? node : now;
    }

    // The file of the host that a text or a path of PowerShell means, if there is one.
    private protected string? OwnFile(string path)
    {
        try
        {
            return SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _) is var resolved
                && provider.Name == "FileSystem" && File.Exists(resolved) ? resolved : null;
        }
        catch (Exception e) when (e is SessionStateException or NotSupportedException or ArgumentException)
        {
            return null;
        }
    }
}
