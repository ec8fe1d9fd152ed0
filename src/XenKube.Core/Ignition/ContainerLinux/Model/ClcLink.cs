namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A link.</summary>
internal sealed class ClcLink : ClcNode
{
    public bool Hard;
    public string Target = "";
}
