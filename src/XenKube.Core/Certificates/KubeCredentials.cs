namespace XenKube.Certificates;

/// <summary>The files by which somebody manages a cluster's Kubernetes.</summary>
/// <param name="AuthorityPath">The authority that signs for the API server and for its clients.</param>
/// <param name="CertificatePath">The certificate that is shown to the API server.</param>
/// <param name="KeyPath">The key of the certificate.</param>
/// <param name="NotAfter">Until when the certificate is valid.</param>
internal sealed record KubeCredentials(string AuthorityPath, string CertificatePath, string KeyPath, DateTimeOffset NotAfter);
