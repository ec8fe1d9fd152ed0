using System.Collections.Concurrent;
using XenKube.Clusters;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>
/// The embedded servers of this process. They belong to it and not to a runspace: a job may stop what the prompt started.
/// </summary>
internal static class RunningServers
{
    private static readonly ConcurrentDictionary<IgnitionServer, byte> Servers = new();

    public static IReadOnlyList<IgnitionServer> All => [.. Servers.Keys.Where(server => server.IsRunning)];

    /// <summary>What the server that serves a node's config was asked for; null where there is no such server.</summary>
    public static Func<DateTimeOffset?, IEnumerable<IgnitionRequest>>? RequestsOf(Node node) =>
        All.FirstOrDefault(server => node.IgnitionPath.StartsWith(Path.GetFullPath(server.Options.Root) + '/',
            StringComparison.Ordinal)) is { } server
            ? _ => server.Requests : null;

    public static void Add(IgnitionServer server) => Servers.TryAdd(server, 0);

    public static void Stop(IgnitionServer server)
    {
        Servers.TryRemove(server, out _);
        server.Stop();
    }
}
