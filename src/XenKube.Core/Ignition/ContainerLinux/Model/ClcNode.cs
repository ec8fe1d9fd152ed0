namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>What files, directories and links have in common.</summary>
internal abstract class ClcNode
{
    public string Filesystem = "";
    public string Path = "";
    public ClcOwner? User;
    public ClcOwner? Group;
    public bool? Overwrite;
}
