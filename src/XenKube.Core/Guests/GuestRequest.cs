using System.Net;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>A guest that is to be made. Values that are left out come from the role, then from the defaults.</summary>
/// <param name="Name">The domain's name: CLUSTER-NODE.</param>
/// <param name="DiskPath">Full path of the image it boots from.</param>
/// <param name="ConfigPath">Where its configuration goes.</param>
public sealed record GuestRequest(string Name, string DiskPath, string ConfigPath)
{
    /// <summary>Memory in MiB.</summary>
    public int? Memory { get; init; }

    /// <summary>Virtual processors.</summary>
    public int? VCpus { get; init; }

    /// <summary>The role that gives memory and processors where they are not given.</summary>
    public GuestRole Role { get; init; }

    /// <summary>The bridge on dom0.</summary>
    public string? Bridge { get; init; }

    /// <summary>The network card's model.</summary>
    public string? Model { get; init; }

    /// <summary>The MAC address; without one it comes from a reservation.</summary>
    public MacAddress? MacAddress { get; init; }

    /// <summary>The IP address whose reservation is taken.</summary>
    public IPAddress? IPAddress { get; init; }

    /// <summary>Kind of guest.</summary>
    public GuestType Type { get; init; }

    /// <summary>The boot loader; by default pygrub for a pv guest and none for the others.</summary>
    public string? BootLoader { get; init; }

    /// <summary>A kernel file on dom0 instead of a boot loader, as a pvh guest may need.</summary>
    public string? Kernel { get; init; }

    /// <summary>More disks, as xvdb, xvdc, ….</summary>
    public IReadOnlyList<string> AdditionalDisks { get; init; } = [];
}
