using System.Net;

namespace XenKube.Hosting;

/// <summary>Who may fetch a node's config from the embedded server.</summary>
/// <remarks>A client is known by its address alone. The bridge must keep guests from taking addresses that are not theirs.</remarks>
public sealed class IgnitionAccess
{
    private readonly Func<string, string, IgnitionReader?> _find;

    /// <summary>Holds each config to one reader.</summary>
    /// <param name="find">
    /// Gives the reader of a cluster's node; null where there is no such node, whose file everybody may fetch. Called from threads of the
    /// server, once for each request. An error of the library keeps the file from everybody except the host.
    /// </param>
    public IgnitionAccess(Func<string, string, IgnitionReader?> find)
    {
        ArgumentNullException.ThrowIfNull(find);
        _find = find;
    }

    /// <summary>Why a client may not fetch the config of a node; null if it may.</summary>
    /// <param name="client">The client's address.</param>
    /// <param name="host">The address of this host at which the client asked: a client of that address is the host itself.</param>
    /// <param name="cluster">The name of the cluster.</param>
    /// <param name="node">The name of the node.</param>
    public string? Refuse(IPAddress client, IPAddress host, string cluster, string node)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(host);
        var asker = Plain(client);
        if (asker.Equals(Plain(host)))
        {
            return null;
        }
        IgnitionReader? reader;
        try
        {
            reader = _find(cluster, node);
        }
        catch (XenKubeException e)
        {
            return $"whose config this is cannot be found out: {e.Fault}";
        }
        return reader is null || (reader.Address is { } address ? asker.Equals(Plain(address)) : !reader.IsTaken(asker)) ? null
            : reader.Address is { } owner ? $"held to {owner}"
            : "held to addresses that are reserved for no other node";
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
