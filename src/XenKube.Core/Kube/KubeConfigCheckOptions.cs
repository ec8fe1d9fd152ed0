namespace XenKube.Kube;

/// <summary>What of a kubeconfig is checked, and how.</summary>
public sealed record KubeConfigCheckOptions
{
    /// <summary>Days before its end at which a certificate is warned of.</summary>
    public const int UsualDays = 30;

    /// <summary>The context; null for the one that kubectl uses.</summary>
    public string? Context { get; init; }

    /// <summary>A certificate that ends within this many days is warned of.</summary>
    public int Days { get; init; } = UsualDays;

    /// <summary>True to ask the API server too.</summary>
    public bool Connect { get; init; }

    /// <summary>The longest time that the API server may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
