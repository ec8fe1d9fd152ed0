using System.Net;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>What a plan for new guests is held against.</summary>
public sealed record GuestPlanOptions
{
    /// <summary>The configurations of all guests of all clusters: no name, MAC address or disk of theirs is used again.</summary>
    public IReadOnlyList<string> ConfigFiles { get; init; } = [];

    /// <summary>The addresses that dnsmasq has reserved.</summary>
    public IReadOnlyList<GuestAddress> Reservations { get; init; } = [];

    /// <summary>The first address of the block of ten that the new guests take theirs from; null for any free reservation.</summary>
    public IPAddress? FirstAddress { get; init; }

    /// <summary>True to replace configurations that exist.</summary>
    public bool Force { get; init; }

    /// <summary>What a guest gets where the request says nothing.</summary>
    public GuestDefaults Defaults { get; init; } = new();
}
