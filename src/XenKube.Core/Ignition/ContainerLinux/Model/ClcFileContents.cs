namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>Where the bytes of a file come from.</summary>
internal sealed class ClcFileContents
{
    public ClcRemote Remote = new();
    public string Inline = "";
    public string Local = "";
}
