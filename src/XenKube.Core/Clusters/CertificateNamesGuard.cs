using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using XenKube.Files;
using XenKube.Ignition;

namespace XenKube.Clusters;

/// <summary>Keeps a member's address from being changed without new certificates: the other members would not let it in.</summary>
internal static class CertificateNamesGuard
{
    /// <summary>Refuses a config that brings a node a certificate of its own which is not for its address.</summary>
    /// <exception cref="InvalidInputException">The node's certificate is for another address.</exception>
    public static void Refuse(XenDirLayout layout, Node node, IgnitionConfig config)
    {
        if (!config.Succeeded || node.IPAddress is null || (!config.Json.Contains("CERTIFICATE", StringComparison.Ordinal)
            && !config.Json.Contains(";base64", StringComparison.Ordinal)))
        {
            return;
        }
        Refuse(layout, node);
    }

    /// <summary>Refuses a node whose certificates are there, and not for its address.</summary>
    /// <exception cref="InvalidInputException">A certificate is for another address.</exception>
    public static void Refuse(XenDirLayout layout, Node node)
    {
        if (node.IPAddress is null)
        {
            return;
        }
        foreach (var word in new[] { XenDirLayout.ServerCertificateWord, XenDirLayout.PeerCertificateWord })
        {
            var path = layout.NodeCertificatePath(node.Cluster, node.Name, word);
            if (WholeFile.TryRead(path, FileLimits.Certificate, regularOnly: true) is { } pem
                && AddressesOf(pem) is { Count: > 0 } addresses
                && !addresses.Contains(node.IPAddress))
            {
                throw new InvalidInputException(ErrorIds.CertificateForOtherAddress, path, null,
                    $"the certificate is for {string.Join(", ", addresses)}, and the node's address is {node.IPAddress}: "
                    + "the other members would refuse it",
                    $"Make new certificates: {new RemedyAction(RemedyActionKind.MakeCertificates, node.FullName)}");
            }
        }
    }

    private static List<string> AddressesOf(byte[] pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(Encoding.Latin1.GetString(pem));
            return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
                ? [.. names.EnumerateIPAddresses().Select(address => address.ToString())] : [];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }
}
