namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The whole document.</summary>
internal sealed class ClcConfig
{
    public ClcIgnition Ignition = new();
    public ClcStorage Storage = new();
    public ClcSystemd Systemd = new();
    public ClcNetworkd Networkd = new();
    public ClcPasswd Passwd = new();
    public ClcOptionSection? Etcd;
    public ClcOptionSection? Flannel;
    public ClcUpdate? Update;
    public ClcDocker? Docker;
    public ClcLocksmith? Locksmith;
}
