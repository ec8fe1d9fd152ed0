using XenKube.Clusters;

namespace XenKube.Certificates;

/// <summary>Where certificates and keys are, on this host and on the nodes, as the guide has them.</summary>
internal static class CertificateLayout
{
    /// <summary>The directories of a node that hold etcd's certificates: the guide's, and the one that a container gets as it is.</summary>
    public static IReadOnlyList<string> NodeDirectories { get; } = ["/etc/ssl/certs/etcd", "/etc/ssl/etcd"];

    /// <summary>The authority's certificate on a node.</summary>
    public const string NodeAuthorityFile = "ca.pem";

    /// <summary>A certificate of a node.</summary>
    public static string Path(XenDirLayout layout, Node node, CertificateProfile profile) =>
        layout.NodeCertificatePath(node.Cluster, node.Name, profile.Word);

    /// <summary>The key of a certificate of a node.</summary>
    public static string KeyPath(XenDirLayout layout, Node node, CertificateProfile profile) =>
        layout.NodeCertificateKeyPath(node.Cluster, node.Name, profile.Word);

    /// <summary>The authority of a cluster's Kubernetes, where it has one of its own, as the guide's has.</summary>
    public static string KubeAuthorityPath(XenDirLayout layout, string cluster) => KubeFile(layout, cluster, "ca");

    /// <summary>The key of the authority of a cluster's Kubernetes.</summary>
    public static string KubeAuthorityKeyPath(XenDirLayout layout, string cluster) => KubeFile(layout, cluster, "ca-key");

    /// <summary>The certificate by which somebody manages a cluster's Kubernetes.</summary>
    public static string KubeClientPath(XenDirLayout layout, string cluster) => KubeFile(layout, cluster, "client");

    /// <summary>The key of the certificate by which somebody manages a cluster's Kubernetes.</summary>
    public static string KubeClientKeyPath(XenDirLayout layout, string cluster) => KubeFile(layout, cluster, "client-key");

    private static string KubeFile(XenDirLayout layout, string cluster, string name) =>
        System.IO.Path.Combine(layout.CertificatesPath(cluster), $"{cluster}-kube-{name}.pem");

    /// <summary>The common name of a certificate of a node, which its files are called after.</summary>
    public static string CommonName(Node node, CertificateProfile profile) =>
        XenDirLayout.NodeCertificateName(node.Cluster, node.Name, profile.Word);

    /// <summary>The file of a certificate in a directory of the node.</summary>
    public static string NodeFile(CertificateProfile profile) => $"{profile.Word}.pem";

    /// <summary>The file of a key in a directory of the node.</summary>
    public static string NodeKeyFile(CertificateProfile profile) => $"{profile.Word}-key.pem";
}
