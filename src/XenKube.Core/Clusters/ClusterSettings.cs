using System.Text.Json;
using XenKube.Files;

namespace XenKube.Clusters;

/// <summary>What a cluster may say about its nodes in <c>cluster.json</c> in its directory, for all of them and for single ones.</summary>
internal sealed record ClusterSettings
{
    private const int LargestFile = 1 << 20;

    /// <summary>The members of its etcd cluster; null for a cluster that names none.</summary>
    public EtcdSettings? Etcd { get; init; }

    /// <summary>How configs come to the guests of the cluster; null for over HTTP.</summary>
    public ConfigSource? ConfigSource { get; init; }

    /// <summary>What is other for single nodes, by their names.</summary>
    public IReadOnlyDictionary<string, NodeSettings>? Nodes { get; init; }

    /// <summary>How the config of a node comes to its guest.</summary>
    public ConfigSource SourceOf(string node) =>
        (Nodes?.TryGetValue(node, out var own) == true ? own.ConfigSource : null) ?? ConfigSource ?? Clusters.ConfigSource.Http;

    /// <summary>Reads the settings of a cluster; a missing file means the defaults.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">The file is not such an object.</exception>
    public static ClusterSettings Read(string path)
    {
        // A missing file means the defaults, also where the way to it leads through another user's link.
        if (!File.Exists(path) || WholeFile.TryRead(path, LargestFile, regularOnly: true) is not { } bytes)
        {
            return new ClusterSettings();
        }
        try
        {
            return JsonSerializer.Deserialize(bytes, ClusterSettingsJson.Default.ClusterSettings) ?? new ClusterSettings();
        }
        catch (JsonException e)
        {
            throw Invalid(path, $"line {(e.LineNumber ?? 0) + 1}", Printable.Of(e.Message.Split(" Path:")[0]), e);
        }
    }

    /// <summary>Writes how the configs of single nodes come to their guests.</summary>
    /// <param name="path">The file.</param>
    /// <param name="nodes">The names of the nodes.</param>
    /// <param name="source">The source; null to forget what the file says about the nodes.</param>
    public static void Write(string path, IEnumerable<string> nodes, ConfigSource? source)
    {
        var settings = Read(path);
        var all = new SortedDictionary<string, NodeSettings>(StringComparer.Ordinal);
        foreach (var (name, own) in settings.Nodes ?? new Dictionary<string, NodeSettings>())
        {
            all[name] = own;
        }
        var before = all.Count;
        foreach (var name in nodes)
        {
            _ = source is null ? all.Remove(name) : (all[name] = new NodeSettings { ConfigSource = source }) is null;
        }
        if (source is null && all.Count == 0 && before > 0 && settings.ConfigSource is null && settings.Etcd is null)
        {
            // A cluster whose nodes are removed has an empty directory.
            HostFile.TryRemove(path);
        }
        else if (source is not null || all.Count != before)
        {
            (settings with { Nodes = all.Count > 0 ? all : null }).Write(path);
        }
    }

    /// <summary>Has everything that the file says about a node said about its new name; the order of the members stays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="node">The name of the node.</param>
    /// <param name="newName">The name that it gets.</param>
    public static void Rename(string path, string node, string newName)
    {
        var settings = Read(path);
        string Renamed(string name) => name == node ? newName : name;
        var isNamed = settings.Nodes?.ContainsKey(node) == true || settings.Etcd?.Members?.Contains(node) == true
            || settings.Etcd?.Joining?.Contains(node) == true;
        if (isNamed)
        {
            (settings with
            {
                Nodes = settings.Nodes?.ToDictionary(pair => Renamed(pair.Key), pair => pair.Value),
                Etcd = settings.Etcd is not { } etcd ? null
                    : etcd with { Members = etcd.Members?.Select(Renamed).ToArray(), Joining = etcd.Joining?.Select(Renamed).ToArray() },
            }).Write(path);
        }
    }

    /// <summary>Writes the settings.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) =>
        AtomicFile.Write(path, [.. JsonSerializer.SerializeToUtf8Bytes(this, ClusterSettingsJson.Default.ClusterSettings), (byte)'\n']);

    /// <summary>The error for a file that does not have the settings of a cluster.</summary>
    /// <param name="path">The file.</param>
    /// <param name="place">The place in it; null for none.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="inner">The cause; null for none.</param>
    public static InvalidInputException Invalid(string path, string? place, string reason, Exception? inner) =>
        new(ErrorIds.SettingsInvalid, path, place, $"these are not the settings of a cluster: {reason}",
            """Write them as { "configSource": "Disk", "nodes": { "node-1": { "configSource": "Image" } }, "etcd": { "members": [ "node-1" ] } }; the sources are Http, Disk and Image""",
            inner);
}

/// <summary>What a cluster says about its etcd.</summary>
internal sealed record EtcdSettings
{
    /// <summary>The nodes that are members, in their order; null or empty for all nodes.</summary>
    public IReadOnlyList<string>? Members { get; init; }

    /// <summary>The token; null for the usual one.</summary>
    public string? Token { get; init; }

    /// <summary>The members that join a cluster which runs; null for none.</summary>
    public IReadOnlyList<string>? Joining { get; init; }
}

/// <summary>What a cluster says about one of its nodes.</summary>
internal sealed record NodeSettings
{
    /// <summary>How the node's config comes to its guest; null for as the cluster says.</summary>
    public ConfigSource? ConfigSource { get; init; }
}
