using System.Globalization;
using System.Net;

namespace XenKube.Hosting;

/// <summary>One line of the access log: who fetched what, when, and what came of it.</summary>
/// <param name="Time">When the answer was complete.</param>
/// <param name="Address">The client's address: that of the guest.</param>
/// <param name="Method">GET, HEAD, or what else was asked; empty where the request could not be read.</param>
/// <param name="Path">The path asked for, decoded where it could be.</param>
/// <param name="Status">The HTTP status answered.</param>
/// <param name="Bytes">Bytes of content sent.</param>
/// <param name="Duration">How long the answer took, with the time the client needed to take it.</param>
/// <param name="UserAgent">What the client calls itself; Ignition says <c>Ignition/2.1.0</c>.</param>
/// <param name="IsComplete">True when all of the content was handed over.</param>
public sealed record IgnitionRequest(DateTimeOffset Time, IPAddress Address, string Method, string Path, int Status, long Bytes,
    TimeSpan Duration, string UserAgent, bool IsComplete)
{
    /// <summary>Why a file that is there was not sent, such as <c>held to 192.168.100.11</c>; empty for all other requests.</summary>
    public string Refusal { get; init; } = "";

    /// <summary>The cluster, for a request for <c>/CLUSTER/NODE.json</c>; empty otherwise.</summary>
    public string Cluster => NodeOf(Path)?.Cluster ?? "";

    /// <summary>The node, for a request for <c>/CLUSTER/NODE.json</c>; empty otherwise.</summary>
    public string Node => NodeOf(Path)?.Node ?? "";

    /// <summary>True when a node got its whole config by this request.</summary>
    public bool IsFetch => Method == "GET" && Status == 200 && IsComplete && Node.Length > 0;

    /// <summary>The cluster and node of a path <c>/CLUSTER/NODE.json</c>; null for other paths.</summary>
    internal static (string Cluster, string Node)? NodeOf(string path) =>
        path.StartsWith('/') && path.EndsWith(".json", StringComparison.Ordinal) && path[1..].Split('/') is [var cluster, var file]
            ? (cluster, file[..^".json".Length])
            : null;

    /// <summary>The line in the form nginx logs it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Address} - - [{Timestamp.Log(Time)}] \"{Printable.Of(Method)} {Printable.Of(Path)}\" {Status} {Bytes} \"-\" \"{Printable.Of(UserAgent)}\"");
}
