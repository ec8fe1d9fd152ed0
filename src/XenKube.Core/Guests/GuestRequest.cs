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

    /// <summary>Kind of guest; null for pv, or for that of the configuration that is there.</summary>
    public GuestType? Type { get; init; }

    /// <summary>The VLAN of the first network card, 1 to 4094; null for none.</summary>
    public int? Vlan { get; init; }

    /// <summary>The script that attaches the first network card, such as <c>vif-openvswitch</c>; null for xl's own.</summary>
    public string? VifScript { get; init; }

    /// <summary>More network cards; empty for none, or for those that are there.</summary>
    public IReadOnlyList<GuestCard> AdditionalCards { get; init; } = [];

    /// <summary>
    /// The boot loader: <c>XenKube</c>, <c>Pygrub</c> or a program; by default pygrub for a pv guest and none for the others.
    /// </summary>
    public string? BootLoader { get; init; }

    /// <summary>
    /// Kernel arguments for a guest that XenKube's boot loader starts, such as the URL of its config; other boot loaders do not pass any.
    /// </summary>
    public IReadOnlyList<string> KernelArguments { get; init; } = [];

    /// <summary>
    /// The user without rights as which xl has pygrub run, written where xl of this host knows it (4.18 and later); null for none.
    /// </summary>
    public string? PygrubUser { get; init; }

    /// <summary>A kernel file on dom0 instead of a boot loader, as a pvh guest may need.</summary>
    public string? Kernel { get; init; }

    /// <summary>More disks, as xvdb, xvdc, …; empty for none, or for those that are there.</summary>
    public IReadOnlyList<string> AdditionalDisks { get; init; } = [];

    /// <summary>Path of the second disk with the guest's config, which need not exist; null for a guest that is not a node's.</summary>
    public string? ConfigDiskPath { get; init; }

    /// <summary>True where the guest gets its config from the second disk.</summary>
    public bool HasConfigDisk { get; init; }

    /// <summary>True to keep the disk that an existing guest boots from, whichever that is.</summary>
    internal bool KeepsDisk { get; init; }

    /// <summary>
    /// The configuration that a new one is made like: everything that the request does not name is taken from it, but for its address; null
    /// for none.
    /// </summary>
    internal XenGuestConfig? BasedOn { get; init; }
}
