namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A partition, with its sizes as written.</summary>
internal sealed class ClcPartition
{
    public string Label = "";
    public long Number;
    public string Size = "";
    public string Start = "";
    public string Guid = "";
    public string TypeGuid = "";
}
