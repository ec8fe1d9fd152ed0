using System.Collections.Concurrent;
using System.Net;
using XenKube.Hosting;

namespace XenKube.Clusters;

/// <summary>Which address may fetch which node's config, by the guests' configurations and the reservations.</summary>
/// <param name="directory">The XENDIR.</param>
public sealed class NodeReaders(XenDirectory directory)
{
    /// <summary>A node or reservation that is made while the server runs is seen after this time at most.</summary>
    private const int Lifetime = 1000;

    private readonly ConcurrentDictionary<(string Cluster, string Node), (long Until, IgnitionReader? Reader)> _known = new();
    private readonly Lock _reading = new();

    /// <summary>Holds the config of each node to the node's own address.</summary>
    public IgnitionAccess ToAccess() => new(Find);

    /// <summary>The published path and the reserved address of each node that has one.</summary>
    public IReadOnlyList<(string Path, IPAddress Address)> Held() =>
    [
        .. Nodes().Where(node => node.IPAddress is not null)
            .Select(node => ($"/{node.Cluster}/{node.Name}{XenDirLayout.IgnitionExtension}", IPAddress.Parse(node.IPAddress!))),
    ];

    private IgnitionReader? Find(string cluster, string node)
    {
        if (_known.TryGetValue((cluster, node), out var known) && Environment.TickCount64 < known.Until)
        {
            return known.Reader;
        }
        lock (_reading)
        {
            var reader = Read(cluster, node);
            if (reader is not null)
            {
                // Only of nodes that there are, so that no client chooses how many are kept.
                _known[(cluster, node)] = (Environment.TickCount64 + Lifetime, reader);
            }
            return reader;
        }
    }

    private IgnitionReader? Read(string cluster, string node)
    {
        if (!ItemName.IsValid(cluster) || !ItemName.IsValid(node))
        {
            return null;
        }
        var described = new NodeStore(directory).Describe(cluster, node);
        string[] files = [described.GuestConfigPath, described.ConfigPath, described.TemplatePath, described.DiskPath];
        if (!files.Any(File.Exists))
        {
            return null;
        }
        var own = described.IPAddress is { } address ? IPAddress.Parse(address) : null;
        var taken = own is null ? TakenAddresses() : [];
        return new IgnitionReader(own, taken.Contains);
    }

    private HashSet<IPAddress> TakenAddresses() =>
        [.. Nodes().Select(node => node.IPAddress).OfType<string>().Select(IPAddress.Parse)];

    private IReadOnlyList<Node> Nodes() => System.IO.Directory.Exists(directory.GuestsPath)
        ? new NodeStore(directory).List(NodeName.Parse("*/*")) : [];
}
