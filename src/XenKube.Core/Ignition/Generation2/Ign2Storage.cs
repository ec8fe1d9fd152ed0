namespace XenKube.Ignition.Generation2;

/// <summary>Disks and what is on them.</summary>
internal sealed class Ign2Storage
{
    public List<Ign2Directory> Directories { get; set; } = [];

    public List<Ign2Disk> Disks { get; set; } = [];

    public List<Ign2File> Files { get; set; } = [];

    public List<Ign2Filesystem> Filesystems { get; set; } = [];

    public List<Ign2Link> Links { get; set; } = [];

    public List<Ign2Raid> Raid { get; set; } = [];
}
