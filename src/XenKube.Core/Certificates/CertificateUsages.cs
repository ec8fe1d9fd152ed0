namespace XenKube.Certificates;

/// <summary>What a certificate may be used for by its extended key usage (RFC 5280, section 4.2.1.12).</summary>
[Flags]
public enum CertificateUsages
{
    /// <summary>Neither of them.</summary>
    None = 0,

    /// <summary>To prove a server to its clients, id-kp-serverAuth.</summary>
    Server = 1,

    /// <summary>To prove a client to servers, id-kp-clientAuth.</summary>
    Client = 2,
}
