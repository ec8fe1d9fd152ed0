namespace XenKube;

/// <summary>Where things are in XENDIR, as the guide has it.</summary>
/// <param name="Path">XENDIR itself.</param>
public sealed record XenDirLayout(string Path)
{
    /// <summary>Ending of a node's disk image.</summary>
    public const string DiskExtension = ".img";

    /// <summary>Ending of a node's config.</summary>
    public const string ConfigExtension = ".ct";

    /// <summary>Ending of the template of a node's config.</summary>
    public const string TemplateExtension = ".ct.tmpl";

    /// <summary>Ending of a guest's configuration for xl.</summary>
    public const string GuestConfigExtension = ".cfg";

    /// <summary>Ending of a published config.</summary>
    public const string IgnitionExtension = ".json";

    /// <summary>Ending of the second disk of a guest, which holds its config.</summary>
    public const string ConfigDiskExtension = ".config-disk";

    /// <summary>What a cluster says about its nodes.</summary>
    public const string ClusterSettingsName = "cluster.json";

    /// <summary>The template of the nodes of a cluster that have none of their own.</summary>
    public const string ClusterTemplateName = "cluster.ct.tmpl";

    /// <summary>Values of a cluster for its templates.</summary>
    public const string ClusterValuesName = "values.json";

    /// <summary>Endings of the files that make a node, the longer ones before those that they end in.</summary>
    public static IReadOnlyList<string> NodeExtensions { get; } = [TemplateExtension, ConfigExtension, GuestConfigExtension, DiskExtension];

    /// <summary>Compressed images and their signatures.</summary>
    public string ImagesPath => System.IO.Path.Combine(Path, "images");

    /// <summary>A directory for each cluster.</summary>
    public string GuestsPath => System.IO.Path.Combine(Path, "guests");

    /// <summary>What is served to the guests, a directory for each cluster.</summary>
    public string NginxPath => System.IO.Path.Combine(Path, "nginx");

    /// <summary>Trusted signing keys.</summary>
    public string KeysPath => System.IO.Path.Combine(Path, "keys");

    /// <summary>The optional settings.</summary>
    public string SettingsPath => System.IO.Path.Combine(Path, "xenkube.json");

    /// <summary>All directories of a XENDIR.</summary>
    public IReadOnlyList<string> Directories => [ImagesPath, GuestsPath, NginxPath, KeysPath];

    /// <summary>A cluster's directory.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string ClusterPath(string cluster) => System.IO.Path.Combine(GuestsPath, cluster);

    /// <summary>Certificates of a cluster and their keys.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string CertificatesPath(string cluster) => System.IO.Path.Combine(ClusterPath(cluster), "certs");

    /// <summary>The certificate of a cluster's certificate authority.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string CertificateAuthorityPath(string cluster) => System.IO.Path.Combine(CertificatesPath(cluster), $"{cluster}-ca.pem");

    /// <summary>The private key of a cluster's certificate authority, which never leaves this host.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string CertificateAuthorityKeyPath(string cluster) =>
        System.IO.Path.Combine(CertificatesPath(cluster), $"{cluster}-ca-key.pem");

    /// <summary>The private key of the authority that replaces the one that is there, until it signs; it never leaves this host.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string NextCertificateAuthorityKeyPath(string cluster) =>
        System.IO.Path.Combine(CertificatesPath(cluster), $"{cluster}-ca-next-key.pem");

    /// <summary>The end of the name of a node's certificate for etcd's clients.</summary>
    internal const string ServerCertificateWord = "server";

    /// <summary>The end of the name of a node's certificate for etcd's other members.</summary>
    internal const string PeerCertificateWord = "peer";

    /// <summary>The end of the name of the certificate by which a node is a client of etcd; the certificate names no address.</summary>
    internal const string ClientCertificateWord = "client";

    /// <summary>Ends of the names of a node's certificates, as the guide has them: what each of them is for.</summary>
    public static IReadOnlyList<string> NodeCertificateWords { get; } = [ServerCertificateWord, PeerCertificateWord, ClientCertificateWord];

    /// <summary>What the files of a node's certificate are called after, and its common name.</summary>
    internal static string NodeCertificateName(string cluster, string node, string word) => $"{cluster}-{node}-{word}";

    /// <summary>A certificate of a node.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="word">One of <see cref="NodeCertificateWords"/>.</param>
    public string NodeCertificatePath(string cluster, string node, string word) =>
        System.IO.Path.Combine(CertificatesPath(cluster), NodeCertificateName(cluster, node, word) + ".pem");

    /// <summary>The private key of a certificate of a node.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="word">One of <see cref="NodeCertificateWords"/>.</param>
    public string NodeCertificateKeyPath(string cluster, string node, string word) =>
        System.IO.Path.Combine(CertificatesPath(cluster), NodeCertificateName(cluster, node, word) + "-key.pem");

    /// <summary>A file of a node beside its disk.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="extension">One of <see cref="NodeExtensions"/>.</param>
    public string NodePath(string cluster, string node, string extension) => System.IO.Path.Combine(GuestsPath, cluster, node + extension);

    /// <summary>The template of the nodes of a cluster that have none of their own.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string ClusterTemplatePath(string cluster) => System.IO.Path.Combine(ClusterPath(cluster), ClusterTemplateName);

    /// <summary>Values of a cluster for its templates.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string ClusterValuesPath(string cluster) => System.IO.Path.Combine(ClusterPath(cluster), ClusterValuesName);

    /// <summary>What a cluster says about its nodes.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string ClusterSettingsPath(string cluster) => System.IO.Path.Combine(ClusterPath(cluster), ClusterSettingsName);

    /// <summary>Where the configs of a cluster are published.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    public string PublishedPath(string cluster) => System.IO.Path.Combine(NginxPath, cluster);

    /// <summary>Where a node's config is published.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="node">Name of the node.</param>
    public string IgnitionPath(string cluster, string node) => System.IO.Path.Combine(PublishedPath(cluster), node + IgnitionExtension);
}
