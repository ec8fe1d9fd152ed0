namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>docker</c>.</summary>
internal sealed class ClcDocker
{
    public List<string> Flags = [];
}
