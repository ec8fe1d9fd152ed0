namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>How to make a file system, the old way.</summary>
internal sealed class ClcCreate
{
    public bool Force;
    public List<string> Options = [];
}
