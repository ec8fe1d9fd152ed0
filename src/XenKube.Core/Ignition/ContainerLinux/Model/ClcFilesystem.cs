namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A file system, mounted or at a path.</summary>
internal sealed class ClcFilesystem
{
    public string Name = "";
    public ClcMount? Mount;
    public string? Path;
}
