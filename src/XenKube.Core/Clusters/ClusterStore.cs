using XenKube.Files;
using XenKube.Guests;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>The clusters of a XENDIR.</summary>
public sealed class ClusterStore
{
    private readonly XenDirectory _directory;

    /// <summary>Opens the clusters of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    public ClusterStore(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
    }

    /// <summary>The clusters that fit a pattern, in the order of their names.</summary>
    /// <param name="pattern">Name or pattern.</param>
    /// <exception cref="ItemNotFoundException">A name without wildcards that does not exist.</exception>
    public IReadOnlyList<Cluster> List(string pattern = "*")
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (!NamePattern.IsPattern(pattern))
        {
            return [Get(pattern)];
        }
        return Directory.Exists(_directory.GuestsPath)
            ? [.. Directory.EnumerateDirectories(_directory.GuestsPath)
                .Select(path => Path.GetFileName(path)!)
                .Where(name => ItemName.IsValid(name) && NamePattern.IsMatch(pattern, name, ignoresCase: true))
                .Order(StringComparer.Ordinal)
                .Select(ToCluster)]
            : [];
    }

    /// <summary>The names of all clusters, as they come: for completion, which wants them at once.</summary>
    public IEnumerable<string> Names() => Directory.Exists(_directory.GuestsPath)
        ? Directory.EnumerateDirectories(_directory.GuestsPath).Select(path => Path.GetFileName(path)!).Where(ItemName.IsValid)
        : [];

    /// <summary>One cluster.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ItemNotFoundException">There is none of that name.</exception>
    public Cluster Get(string name)
    {
        Require(name);
        return ToCluster(name);
    }

    /// <summary>Throws if there is no cluster of a name.</summary>
    internal void Require(string name)
    {
        ItemName.Check(name, "cluster");
        if (!Directory.Exists(PathOf(name)))
        {
            throw new ItemNotFoundException(ErrorIds.ClusterNotFound, PathOf(name), null, "does not exist",
                $"Make the cluster with {new RemedyAction(RemedyActionKind.MakeCluster, name)}");
        }
    }

    /// <summary>Makes a cluster: its directory, and the one its configs are served from.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <exception cref="ItemExistsException">It exists already.</exception>
    public Cluster Create(string name, CancellationToken cancellationToken = default)
    {
        ItemName.Check(name, "cluster");
        using var held = _directory.Lock($"making of the cluster {name}", cancellationToken);
        if (Directory.Exists(PathOf(name)))
        {
            throw new ItemExistsException(ErrorIds.ClusterExists, PathOf(name), null, "the cluster exists already");
        }
        try
        {
            HostFile.MakeDirectory(PathOf(name));
            HostFile.MakeDirectory(_directory.Layout.PublishedPath(name));
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.ClusterNotCreated, PathOf(name), null, e.Message, innerException: e);
        }
        return ToCluster(name);
    }

    /// <summary>Removes a cluster with its published configs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="withNodes">True to remove the files of its nodes too; otherwise a cluster that has any is refused.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <exception cref="ItemNotFoundException">There is none of that name.</exception>
    /// <exception cref="ItemInUseException">It has nodes, or a node's disk is in use.</exception>
    public void Remove(string name, bool withNodes = false, CancellationToken cancellationToken = default)
    {
        ItemName.Check(name, "cluster");
        using var held = _directory.Lock($"removal of the cluster {name}", cancellationToken);
        var cluster = Get(name);
        var isLink = FileStatus.Of(cluster.Path, follow: false) is { IsSymbolicLink: true };
        if (!withNodes && !isLink && Directory.EnumerateFileSystemEntries(cluster.Path).FirstOrDefault() is { } entry)
        {
            throw new ItemInUseException(ErrorIds.ClusterNotEmpty, cluster.Path, Path.GetFileName(entry),
                "the cluster's directory is not empty", $"Use {RemedyActionKind.ForceOption} to remove everything in it");
        }
        var nodes = new NodeStore(_directory);
        // Where a link is in the place of the cluster's directory, the link goes: what it leads to belongs elsewhere.
        var members = isLink ? [] : nodes.List(new NodeName(name, "*"));
        foreach (var node in members)
        {
            nodes.RequireUnused(node);
        }
        try
        {
            foreach (var node in members)
            {
                new GuestAutoStart(_directory.SystemRoot).Set(node.GuestConfigPath, isOn: false);
            }
            HostFile.RemoveTree(cluster.Path);
            HostFile.RemoveTree(_directory.Layout.PublishedPath(name));
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.ClusterNotRemoved, cluster.Path, null, e.Message, innerException: e);
        }
    }

    /// <summary>
    /// Refuses to remove files of a cluster through a link in the place of one of its directories: they may be anybody's.
    /// </summary>
    internal static void RequireNoLink(XenDirectory directory, string name)
    {
        foreach (var path in new[] { directory.Layout.ClusterPath(name), directory.Layout.PublishedPath(name) })
        {
            if (FileStatus.Of(path, follow: false) is { IsSymbolicLink: true })
            {
                throw new InvalidInputException(ErrorIds.ClusterIsLink, path, null,
                    "is a symbolic link, and no file is removed through one",
                    "Remove the files where the link leads, or remove the cluster, which removes the link alone");
            }
        }
    }

    private string PathOf(string name) => _directory.Layout.ClusterPath(name);

    private Cluster ToCluster(string name) => new(name, PathOf(name), _directory.Path, NodeStore.NamesIn(PathOf(name)).Count);
}
