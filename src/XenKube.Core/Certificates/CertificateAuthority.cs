namespace XenKube.Certificates;

/// <summary>The certificate authority of a cluster, as its files say.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Subject">Its distinguished name.</param>
/// <param name="Path">The file of its certificate.</param>
/// <param name="KeyPath">The file of its private key, whether it is there or not.</param>
/// <param name="XenDir">The XENDIR it belongs to.</param>
public sealed record CertificateAuthority(string Cluster, string Subject, string Path, string KeyPath, string XenDir)
{
    /// <summary>Kind and size of its key: <c>RSA 2048</c>, <c>ECDSA P-256</c>.</summary>
    public required string KeyAlgorithm { get; init; }

    /// <summary>From when on it is valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Until when it is valid. None of its certificates is valid longer.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Days until its end, rounded down; negative after the end.</summary>
    public required int DaysLeft { get; init; }

    /// <summary>SHA-256 of the certificate, as hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Whether its private key is there; without the key nothing can be signed.</summary>
    public required bool HasKey { get; init; }

    /// <summary>How far its replacement by another one is.</summary>
    public AuthorityRollStep Step { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Subject;
}
