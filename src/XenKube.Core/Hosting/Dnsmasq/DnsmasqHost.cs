using System.Globalization;
using System.Net;
using XenKube.Networks;

namespace XenKube.Hosting.Dnsmasq;

/// <summary>
/// One host that dnsmasq is told of: a line of a hosts file, a <c>dhcp-host</c> of its configuration, or a line of /etc/ethers.
/// </summary>
/// <param name="File">Where that is said.</param>
/// <param name="Line">The line, from 1; 0 for the command line.</param>
internal sealed record DnsmasqHost(string File, int Line)
{
    /// <summary>The cards that it is for; empty where a client is known by its id or its name.</summary>
    public IReadOnlyList<CardPattern> Cards { get; init; } = [];

    /// <summary>The client's id as it is written, without <c>id:</c>; empty for none.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The IPv4 address that is kept for it; null for none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>True where the address is that of the host's name in /etc/hosts, and not said here.</summary>
    public bool IsAddressOfName { get; init; }

    /// <summary>The IPv6 addresses that are kept for it.</summary>
    public IReadOnlyList<IPAddress> IPv6Addresses { get; init; } = [];

    /// <summary>The host's name, without its domain; empty for none.</summary>
    public string Name { get; init; } = "";

    /// <summary>True for a host that dnsmasq never answers.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>The tags without which it does not apply.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Why dnsmasq does not take it; null where it does.</summary>
    public string? Problem { get; init; }

    /// <summary>The one card that is given the address whatever else is said; null for every other host.</summary>
    public MacAddress? OnlyCard => Cards is [var card] && Address is not null && !IsIgnored ? card.Card : null;

    /// <summary>Where it is said, for a message.</summary>
    public string Place => Line == 0 ? "the command line of dnsmasq" : string.Create(CultureInfo.InvariantCulture,
        $"line {Line} of {File}");

    /// <summary>What it says.</summary>
    public override string ToString() => string.Join(',', Cards.Select(card => card.ToString())
        .Append(ClientId.Length > 0 ? $"id:{Printable.Of(ClientId)}" : "").Append(IsAddressOfName ? "" : Address?.ToString() ?? "")
        .Concat(IPv6Addresses.Select(address => $"[{address}]")).Append(Printable.Of(Name)).Append(IsIgnored ? "ignore" : "")
        .Where(text => text.Length > 0));
}
