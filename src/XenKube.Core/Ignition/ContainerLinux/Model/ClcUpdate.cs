namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>update</c>.</summary>
internal sealed class ClcUpdate
{
    public string Group = "";
    public string Server = "";
}
