namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A hash, by function and sum.</summary>
internal sealed class ClcHash
{
    public string Function = "";
    public string Sum = "";
}
