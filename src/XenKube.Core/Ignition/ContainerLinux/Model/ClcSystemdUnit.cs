namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A systemd unit.</summary>
internal sealed class ClcSystemdUnit
{
    public string Name = "";
    public bool Enable;
    public bool? Enabled;
    public bool Mask;
    public string Contents = "";
    public List<ClcDropin> Dropins = [];
}
