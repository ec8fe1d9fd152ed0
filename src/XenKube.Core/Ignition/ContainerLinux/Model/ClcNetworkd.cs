namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>networkd</c>.</summary>
internal sealed class ClcNetworkd
{
    public List<ClcNetworkdUnit> Units = [];
}
