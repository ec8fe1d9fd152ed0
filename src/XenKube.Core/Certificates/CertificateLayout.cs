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
        System.IO.Path.Combine(layout.CertificatesPath(node.Cluster), $"{CommonName(node, profile)}.pem");

    /// <summary>The key of a certificate of a node.</summary>
    public static string KeyPath(XenDirLayout layout, Node node, CertificateProfile profile) =>
        System.IO.Path.Combine(layout.CertificatesPath(node.Cluster), $"{CommonName(node, profile)}-key.pem");

    /// <summary>The common name of a certificate of a node, which its files are called after.</summary>
    public static string CommonName(Node node, CertificateProfile profile) => $"{node.Cluster}-{node.Name}-{profile.Word}";

    /// <summary>The file of a certificate in a directory of the node.</summary>
    public static string NodeFile(CertificateProfile profile) => $"{profile.Word}.pem";

    /// <summary>The file of a key in a directory of the node.</summary>
    public static string NodeKeyFile(CertificateProfile profile) => $"{profile.Word}-key.pem";
}
