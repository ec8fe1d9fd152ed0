namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A directory.</summary>
internal sealed class ClcDirectory : ClcNode
{
    public long? Mode;
}
