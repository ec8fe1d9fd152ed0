namespace XenKube.Certificates;

/// <summary>How certificates of nodes are made.</summary>
public sealed record CertificateOptions
{
    /// <summary>Days that a certificate of a node is valid, as kubeadm's.</summary>
    public const int UsualDays = 365;

    /// <summary>Years that an authority is valid, as kubeadm's.</summary>
    public const int UsualYears = 10;

    /// <summary>The keys. Null for those of the authority.</summary>
    public KeyAlgorithm? KeyAlgorithm { get; init; }

    /// <summary>Days of validity, from 1; shorter where the authority ends earlier.</summary>
    public int Days { get; init; } = UsualDays;

    /// <summary>DNS names and IP addresses besides those of the node.</summary>
    public IReadOnlyList<string> AdditionalNames { get; init; } = [];

    /// <summary>The roles. Empty for all.</summary>
    public IReadOnlyList<CertificateRole> Roles { get; init; } = [];

    /// <summary>True to make them again even where they are right.</summary>
    public bool Force { get; init; }
}
