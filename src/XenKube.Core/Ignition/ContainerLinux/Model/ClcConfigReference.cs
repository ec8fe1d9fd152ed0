namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A config or certificate elsewhere.</summary>
internal sealed class ClcConfigReference
{
    public string Source = "";
    public ClcVerification Verification = new();
}
