namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>locksmith</c>; each setting null where it was not given.</summary>
internal sealed class ClcLocksmith
{
    public string? RebootStrategy;
    public string? WindowStart;
    public string? WindowLength;
    public string? Group;
    public string? EtcdEndpoints;
    public string? EtcdCAFile;
    public string? EtcdCertFile;
    public string? EtcdKeyFile;
}
