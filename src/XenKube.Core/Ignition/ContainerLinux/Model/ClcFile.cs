namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A file.</summary>
internal sealed class ClcFile : ClcNode
{
    public long? Mode;
    public ClcFileContents Contents = new();
    public bool Append;
}
