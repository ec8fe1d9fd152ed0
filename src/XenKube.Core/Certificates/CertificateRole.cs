namespace XenKube.Certificates;

/// <summary>What a certificate of a node is for.</summary>
public enum CertificateRole
{
    /// <summary>etcd shows it to its clients. etcd's own gateway uses it as a client too.</summary>
    EtcdServer,

    /// <summary>The members of an etcd cluster show it to each other, as servers and as clients.</summary>
    EtcdPeer,

    /// <summary>Clients of etcd on the node show it to etcd.</summary>
    EtcdClient,
}
