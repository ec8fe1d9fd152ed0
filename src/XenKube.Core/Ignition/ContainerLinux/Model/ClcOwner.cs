namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A user or group, by number or name.</summary>
internal sealed class ClcOwner
{
    public long? Id;
    public string Name = "";
}
