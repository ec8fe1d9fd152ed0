namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>passwd</c>.</summary>
internal sealed class ClcPasswd
{
    public List<ClcUser> Users = [];
    public List<ClcGroup> Groups = [];
}
