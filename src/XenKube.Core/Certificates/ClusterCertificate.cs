using XenKube.Clusters;

namespace XenKube.Certificates;

/// <summary>A certificate of a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Subject">Its distinguished name.</param>
/// <param name="Path">The file it was read from; on a node's disk, the path there; the address of a port.</param>
public sealed record ClusterCertificate(Node Node, CertificateRole Role, string Subject, string Path)
{
    /// <summary>The file of its private key, whether it is there or not; empty for what a port presents.</summary>
    public string KeyPath { get; init; } = "";

    /// <summary>The DNS names and IP addresses that it is for, in its order.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>What it may be used for.</summary>
    public required CertificateUsages Usages { get; init; }

    /// <summary>The distinguished name of the authority that signed it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Kind and size of its key: <c>RSA 2048</c>, <c>ECDSA P-256</c>.</summary>
    public required string KeyAlgorithm { get; init; }

    /// <summary>From when on it is valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Until when it is valid.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Days until its end, rounded down; negative after the end.</summary>
    public required int DaysLeft { get; init; }

    /// <summary>Its serial number, as hexadecimal digits.</summary>
    public required string Serial { get; init; }

    /// <summary>SHA-256 of the certificate, as hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Where it was found.</summary>
    public CertificateSource Source { get; init; }

    /// <summary>Name of the node's cluster.</summary>
    public string Cluster => Node.Cluster;

    /// <summary>Name of the node within the cluster.</summary>
    public string Name => Node.Name;

    /// <inheritdoc/>
    public override string ToString() => Path;
}
