using XenKube.Images;

namespace XenKube.Clusters;

/// <summary>
/// One guest-to-be of a cluster and every file that belongs to it. It is the spine of XenKube: whatever works on one
/// of its files takes it from the property of that name.
/// </summary>
/// <param name="Cluster">Name of its cluster.</param>
/// <param name="Name">Its name within the cluster.</param>
/// <param name="XenDir">The XENDIR it belongs to.</param>
public sealed record Node(string Cluster, string Name, string XenDir)
{
    /// <summary>The disk image, <c>NODE.img</c>.</summary>
    public required string DiskPath { get; init; }

    /// <summary>The Container Linux Config (or Butane config), <c>NODE.ct</c>.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>The template of the config, <c>NODE.ct.tmpl</c>.</summary>
    public required string TemplatePath { get; init; }

    /// <summary>The guest's configuration for xl, <c>NODE.cfg</c>.</summary>
    public required string GuestConfigPath { get; init; }

    /// <summary>Where its Ignition JSON is published, <c>$XENDIR/nginx/CLUSTER/NODE.json</c>.</summary>
    public required string IgnitionPath { get; init; }

    /// <summary>Where the guest fetches that JSON.</summary>
    public required Uri IgnitionUri { get; init; }

    /// <summary>Name of its Xen domain: <c>CLUSTER-NODE</c>, unless its configuration says otherwise.</summary>
    public required string GuestName { get; init; }

    /// <summary>The MAC address that its guest configuration gives it, in lower case; null where there is none yet.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The address that is reserved for its MAC address; null where there is none.</summary>
    public string? IPAddress { get; init; }

    /// <summary>The second disk of its guest, <c>NODE.config-disk</c>, where its config comes on one.</summary>
    public string ConfigDiskPath { get; init; } = "";

    /// <summary>How its config comes to its guest.</summary>
    public ConfigSource ConfigSource { get; init; }

    /// <summary>True where the disk image exists.</summary>
    public bool HasDisk { get; init; }

    /// <summary>
    /// Who made what is on the disk, read from the disk at each question, so that it cannot be stale; null if the node has no disk, or if
    /// it cannot be read.
    /// </summary>
    public ImageDistribution? Distribution => GuestOfImage.TryRead(DiskPath)?.Distribution;

    /// <summary>The release on the disk, such as <c>4593.2.5</c>, read at each question; empty where the disk does not say.</summary>
    public string Release => GuestOfImage.TryRead(DiskPath)?.Version ?? "";

    /// <summary><c>CLUSTER/NODE</c>, the way to name it on a command line.</summary>
    public string FullName => $"{Cluster}/{Name}";

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
