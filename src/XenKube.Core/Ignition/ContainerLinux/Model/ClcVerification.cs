namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>What fetched bytes must be.</summary>
internal sealed class ClcVerification
{
    public ClcHash Hash = new();
}
