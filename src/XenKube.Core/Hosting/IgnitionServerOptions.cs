using System.Net;

namespace XenKube.Hosting;

/// <summary>How the embedded server runs. The limits are there so that no client can stop it for the others.</summary>
/// <param name="Root">The directory that is served, usually XENDIR/nginx.</param>
/// <param name="Address">The address to listen on: that of the guests' bridge.</param>
/// <param name="Port">The port; 0 takes a free one.</param>
public sealed record IgnitionServerOptions(string Root, IPAddress Address, int Port = 0)
{
    /// <summary>Connections at once. When one more comes, the one that has been silent for longest is dropped.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Time for a request's head to arrive, from its first byte to its last.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time that a connection may stay open without a request.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time for a client to take 64 KiB of an answer.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests kept in the log.</summary>
    public int LogCapacity { get; init; } = 10_000;

    /// <summary>Who may fetch a node's config; null for everybody who reaches the server. Others are answered 404.</summary>
    public IgnitionAccess? Access { get; init; }

    /// <summary>Called for each request once it is answered, on a thread of the server; null for none.</summary>
    public Action<IgnitionRequest>? OnRequest { get; init; }
}
