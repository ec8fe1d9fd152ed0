using System.Net;
using XenKube.Clusters;
using XenKube.Networks;

namespace XenKube.Certificates;

/// <summary>The names that the certificates of a node must be for.</summary>
internal static class NodeNames
{
    /// <summary>The name of the guest, its address, and others; each once.</summary>
    /// <exception cref="InvalidInputException">The node has no address.</exception>
    public static IReadOnlyList<string> Of(Node node, IEnumerable<string> others) => node.IPAddress is { } address
        ? [.. others.Prepend(address).Prepend(node.GuestName).Distinct(StringComparer.OrdinalIgnoreCase)]
        : throw new InvalidInputException(ErrorIds.NodeAddressMissing, node.GuestConfigPath, null,
            "the node has no reserved IP address, and a certificate must name the address that others connect to",
            $"Reserve addresses ({RemedyActionKind.ReserveAddresses}) and make the guest: {new RemedyAction(RemedyActionKind.MakeGuest, node.FullName)}");

    /// <summary>The names of a node as far as they are known.</summary>
    public static IReadOnlyList<string> Known(Node node) => node.IPAddress is { } address ? [node.GuestName, address] : [node.GuestName];

    /// <summary>The address that a text is; null for a DNS name.</summary>
    public static IPAddress? AddressOf(string name) => AddressText.IPv4(name) ?? AddressText.IPv6(name);

    /// <summary>Whether a text is the name of a host, or of all hosts of a domain (<c>*.example.com</c>).</summary>
    public static bool IsHost(string name) =>
        name.Length <= 253 && (name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name).Split('.') is var labels
        && labels.All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}
