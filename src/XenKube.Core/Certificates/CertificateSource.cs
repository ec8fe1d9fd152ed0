namespace XenKube.Certificates;

/// <summary>Where a certificate was found.</summary>
public enum CertificateSource
{
    /// <summary>A file in the cluster's directory of certificates.</summary>
    File,

    /// <summary>A file on the disk of the stopped node.</summary>
    Disk,

    /// <summary>The published config of the node.</summary>
    Config,

    /// <summary>The port on which the running node presents it.</summary>
    Endpoint,
}
