namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>systemd</c>.</summary>
internal sealed class ClcSystemd
{
    public List<ClcSystemdUnit> Units = [];
}
