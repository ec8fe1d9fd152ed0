namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A networkd unit.</summary>
internal sealed class ClcNetworkdUnit
{
    public string Name = "";
    public string Contents = "";
    public List<ClcDropin> Dropins = [];
}
