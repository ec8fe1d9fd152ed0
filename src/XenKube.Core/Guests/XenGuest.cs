using System.Net;

namespace XenKube.Guests;

/// <summary>A guest: its configuration, its domain, or both, matched by name.</summary>
/// <param name="Name">The domain's name.</param>
/// <param name="Id">The domain's number; null when it does not run.</param>
/// <param name="State">What it is doing; Halted or Saved without a domain.</param>
/// <param name="Memory">Memory in bytes; 0 where the configuration does not say.</param>
/// <param name="VCpu">Virtual processors.</param>
/// <param name="CpuTime">Processor time used since its start.</param>
/// <param name="MacAddress">Address of its first network card; null where it has none.</param>
/// <param name="IPAddress">The address reserved for that; null where there is none.</param>
/// <param name="Node"><c>CLUSTER/NODE</c>; null for a domain without a configuration in XENDIR.</param>
public sealed record XenGuest(string Name, int? Id, XenGuestState State, long Memory, int VCpu, TimeSpan CpuTime, string? MacAddress,
    IPAddress? IPAddress, string? Node)
{
    /// <summary>The configuration; null for a domain without one in XENDIR.</summary>
    public string? GuestConfigPath { get; init; }

    /// <summary>The image it boots from; null where neither configuration nor domain says.</summary>
    public string? DiskPath { get; init; }

    /// <summary>
    /// The six letters in which xl writes the state: r(unning), b(locked), p(aused), s(hut down), the reason for that, d(ying); empty
    /// without a domain.
    /// </summary>
    public string XlState { get; init; } = "";

    /// <summary>True if it starts with the host.</summary>
    public bool AutoStart { get; init; }

    /// <summary>True when a domain exists, or is about to.</summary>
    public bool IsActive => State is not (XenGuestState.Halted or XenGuestState.Saved) || Id is not null;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
