namespace XenKube.Kube;

/// <summary>What a kubeconfig says of one cluster. Nothing of a key is in it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Context">Name of the context, which joins cluster and user.</param>
/// <param name="Cluster">Name of the entry of the cluster.</param>
/// <param name="User">Name of the entry of the user.</param>
/// <param name="Server">Address of the API server.</param>
public sealed record KubeConfig(string Path, string Context, string Cluster, string User, string Server)
{
    /// <summary>Until when the user's certificate is valid.</summary>
    public required DateTimeOffset CertificateNotAfter { get; init; }

    /// <summary>Whether kubectl uses this context where no other is asked for.</summary>
    public required bool IsCurrent { get; init; }

    /// <summary>The XENDIR that the cluster belongs to.</summary>
    public required string XenDir { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
