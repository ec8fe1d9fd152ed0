namespace XenKube.Certificates;

/// <summary>Where a check of certificates looks, and what it warns of.</summary>
public sealed record CertificateCheckOptions
{
    /// <summary>A certificate that ends within this many days is warned of.</summary>
    public const int UsualDays = 30;

    /// <summary>
    /// Where certificates are looked for. Null for the files and the published config, and for the disk of a guest that is stopped or the
    /// ports of one that runs.
    /// </summary>
    public IReadOnlyList<CertificateSource>? Sources { get; init; }

    /// <summary>A certificate that ends within this many days is warned of.</summary>
    public int Days { get; init; } = UsualDays;

    /// <summary>How long a port may take to present its certificate.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);
}
