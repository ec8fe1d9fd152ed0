using System.Security.Cryptography;
using XenKube.Files;
using XenKube.Ignition;
using XenKube.Ignition.Summaries;

namespace XenKube.Clusters;

/// <summary>
/// Keeps the key of a cluster's certificate authority on this host: who has the key can make certificates for the whole cluster.
/// </summary>
internal static class AuthorityKeyGuard
{
    private const int LargestKey = 64 * 1024;

    /// <summary>Refuses a config that would write the key to a node, by whatever way the key came into it.</summary>
    /// <param name="layout">The XENDIR.</param>
    /// <param name="node">The node.</param>
    /// <param name="config">Its config.</param>
    /// <exception cref="InvalidInputException">A file of the config holds the key.</exception>
    public static void Refuse(XenDirLayout layout, Node node, IgnitionConfig config)
    {
        if (!config.Succeeded || (!config.Json.Contains("PRIVATE", StringComparison.Ordinal)
            && !config.Json.Contains(";base64", StringComparison.Ordinal)))
        {
            return;
        }
        foreach (var path in new[] { layout.CertificateAuthorityKeyPath(node.Cluster),
            layout.NextCertificateAuthorityKeyPath(node.Cluster) })
        {
            if (WholeFile.TryRead(path, LargestKey, regularOnly: true) is { } key)
            {
                Refuse(node, config, key);
            }
        }
    }

    private static void Refuse(Node node, IgnitionConfig config, byte[] key)
    {
        try
        {
            foreach (var file in IgnitionSummary.Read(System.Text.Encoding.UTF8.GetBytes(config.Json)).Files)
            {
                if (file.Content is { } content && content.AsSpan().IndexOf(Line(key)) >= 0)
                {
                    throw new InvalidInputException(ErrorIds.CertificateKeyOnNode, node.ConfigPath, Printable.Of(file.Path),
                        "the file would hold the key of the certificate authority, with which a node could make certificates for the whole cluster",
                        "Take the file out of the config; a node needs the authority's certificate, not its key");
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>A line of the key's middle, which no other file has.</summary>
    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> pem)
    {
        var middle = pem[(pem.Length / 3)..];
        var rest = middle[(middle.IndexOf((byte)'\n') + 1)..];
        return rest.IndexOf((byte)'\n') is var end and > 0 ? rest[..end].TrimEnd((byte)'\r') : pem;
    }
}
