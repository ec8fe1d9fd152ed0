namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The certificates to trust.</summary>
internal sealed class ClcTls
{
    public List<ClcConfigReference> CertificateAuthorities = [];
}
