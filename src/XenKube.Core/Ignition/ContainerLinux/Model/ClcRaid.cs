namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A RAID array.</summary>
internal sealed class ClcRaid
{
    public string Name = "";
    public string Level = "";
    public List<string> Devices = [];
    public long Spares;
    public List<string> Options = [];
}
