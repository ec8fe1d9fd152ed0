namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>Bytes to be fetched by the guest.</summary>
internal sealed class ClcRemote
{
    public string Url = "";
    public string Compression = "";
    public ClcVerification Verification = new();
}
