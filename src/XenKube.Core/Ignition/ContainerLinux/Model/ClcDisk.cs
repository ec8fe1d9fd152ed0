namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A disk to be partitioned.</summary>
internal sealed class ClcDisk
{
    public string Device = "";
    public bool WipeTable;
    public List<ClcPartition> Partitions = [];
}
