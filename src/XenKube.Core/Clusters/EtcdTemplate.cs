namespace XenKube.Clusters;

/// <summary>The templates of an etcd member that come with XenKube, each for all nodes of a cluster.</summary>
public enum EtcdTemplate
{
    /// <summary>Container Linux Config, with the drop-ins of the guide.</summary>
    ContainerLinux,

    /// <summary>Butane for Flatcar.</summary>
    Flatcar,

    /// <summary>Butane for Fedora CoreOS, with etcd in a container of podman.</summary>
    FedoraCoreOS,
}
