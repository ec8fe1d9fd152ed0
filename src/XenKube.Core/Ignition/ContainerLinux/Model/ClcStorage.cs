namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>storage</c>.</summary>
internal sealed class ClcStorage
{
    public List<ClcDisk> Disks = [];
    public List<ClcRaid> Raid = [];
    public List<ClcFilesystem> Filesystems = [];
    public List<ClcFile> Files = [];
    public List<ClcDirectory> Directories = [];
    public List<ClcLink> Links = [];
}
