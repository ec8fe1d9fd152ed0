using System.Security.Cryptography;
using XenKube.Clusters;
using XenKube.Files;

namespace XenKube.Certificates;

/// <summary>A file that is brought to a node.</summary>
/// <param name="Name">Its name in the node's directory of certificates.</param>
/// <param name="Content">Its content.</param>
internal sealed record DeliveredFile(string Name, byte[] Content)
{
    /// <summary>The files of a node: the authority's certificate, certificates and keys. The keys come before their certificates.</summary>
    /// <exception cref="ItemNotFoundException">One of them does not exist.</exception>
    public static IReadOnlyList<DeliveredFile> Of(XenDirLayout layout, Node node, CertificateStore store)
    {
        var files = new List<DeliveredFile>();
        void Add(string name, string path, Func<ItemNotFoundException> missing) =>
            files.Add(new DeliveredFile(name, WholeFile.TryRead(path, FileLimits.Certificate, regularOnly: true) ?? throw missing()));
        var authority = layout.CertificateAuthorityPath(node.Cluster);
        Add(CertificateLayout.NodeAuthorityFile, authority, () => AuthorityPair.Missing(authority, node.Cluster));
        foreach (var profile in CertificateProfile.All)
        {
            Add(CertificateLayout.NodeKeyFile(profile), CertificateLayout.KeyPath(layout, node, profile),
                () => store.MissingOf(node, profile));
            Add(CertificateLayout.NodeFile(profile), CertificateLayout.Path(layout, node, profile), () => store.MissingOf(node, profile));
        }
        return files;
    }

    /// <summary>Clears the keys.</summary>
    public static void Clear(IEnumerable<DeliveredFile> files)
    {
        foreach (var file in files)
        {
            CryptographicOperations.ZeroMemory(file.Content);
        }
    }
}
