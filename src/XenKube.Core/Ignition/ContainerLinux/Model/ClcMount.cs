namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A device with a file system on it.</summary>
internal sealed class ClcMount
{
    public string Device = "";
    public string Format = "";
    public ClcCreate? Create;
    public bool WipeFilesystem;
    public string? Label;
    public string? Uuid;
    public List<string> Options = [];
}
