namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A drop-in of a unit.</summary>
internal sealed class ClcDropin
{
    public string Name = "";
    public string Contents = "";
}
