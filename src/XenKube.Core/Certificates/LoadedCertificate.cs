using System.Security.Cryptography.X509Certificates;

namespace XenKube.Certificates;

/// <summary>The certificate of a role in the cluster's directory, read for a check.</summary>
/// <param name="Profile">What certificates of the role have.</param>
/// <param name="Path">Its file.</param>
/// <param name="KeyPath">The file of its key.</param>
/// <param name="Certificate">The certificate; null if it is not there or broken.</param>
/// <param name="Fault">Why there is none.</param>
internal sealed record LoadedCertificate(
    CertificateProfile Profile, string Path, string KeyPath, X509Certificate2? Certificate, string? Fault)
{
    /// <summary>Reads a certificate.</summary>
    public static LoadedCertificate Read(CertificateProfile profile, string path, string keyPath)
    {
        try
        {
            var found = CertificateFile.TryRead(path);
            return new LoadedCertificate(profile, path, keyPath, found?[0], found is null ? "does not exist" : null);
        }
        catch (XenKubeException e)
        {
            return new LoadedCertificate(profile, path, keyPath, null, e.Reason);
        }
    }
}
