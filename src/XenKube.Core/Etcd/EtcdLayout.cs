using XenKube.Clusters;

namespace XenKube.Etcd;

/// <summary>Where etcd is on a node: the names that Container Linux, Flatcar and the templates for Fedora CoreOS have in common.</summary>
internal static class EtcdLayout
{
    /// <summary>The unit of systemd that runs etcd.</summary>
    public const string Unit = "etcd-member.service";

    /// <summary>Where etcd keeps its data.</summary>
    public const string DataDirectory = GuestLayout.EtcdDataPath;

    /// <summary>The directory that a member makes there at its first start.</summary>
    public const string MemberDirectory = GuestLayout.EtcdMemberPath;

    /// <summary>The user and group of etcd, by number: that of Container Linux and Flatcar, which our other templates take too.</summary>
    public const int User = 232;
}
