using XenKube.Certificates;

namespace XenKube.Kube;

/// <summary>How a kubeconfig is made.</summary>
public sealed record KubeConfigOptions
{
    /// <summary>The port of the guide's API servers.</summary>
    public const int UsualPort = 8443;

    /// <summary>The group whose members may do everything before any rule is asked (Kubernetes, user-facing roles).</summary>
    public const string UsualGroup = "system:masters";

    /// <summary>The file; null for the one that kubectl uses: KUBECONFIG, or <c>~/.kube/config</c>.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// Address of the API server, with https; null for the one that the file has, or for port <see cref="UsualPort"/> of the node with the
    /// lowest address.
    /// </summary>
    public Uri? Server { get; init; }

    /// <summary>Name of the entry of the user; null for <c>CLUSTER-admin</c>.</summary>
    public string? UserName { get; init; }

    /// <summary>Name of the context; null for the cluster's name.</summary>
    public string? ContextName { get; init; }

    /// <summary>What Kubernetes takes for the user's group: the organization of the certificate.</summary>
    public string Group { get; init; } = UsualGroup;

    /// <summary>Days of validity of a certificate that is made, from 1.</summary>
    public int Days { get; init; } = CertificateOptions.UsualDays;

    /// <summary>True to name the files of certificates and key, false to put their content into the file.</summary>
    public bool UseFiles { get; init; }

    /// <summary>True to leave the context that kubectl uses as it is.</summary>
    public bool KeepCurrentContext { get; init; }

    /// <summary>True to make the user's certificate again even where it is right.</summary>
    public bool Force { get; init; }
}
