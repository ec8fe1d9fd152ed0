namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>Configs to be fetched besides or instead of this one.</summary>
internal sealed class ClcIgnitionConfig
{
    public List<ClcConfigReference> Append = [];
    public ClcConfigReference? Replace;
}
