using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Kube;

namespace XenKube.Commands.Kube;

/// <summary>Writes clusters into a kubeconfig, each with its administrator and a context, as kubectl writes them.</summary>
[Cmdlet(VerbsCommon.New, "KubeConfig", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("New-XenKubeConfig")]
[OutputType(typeof(KubeConfig))]
public sealed class NewKubeConfigCommand : ClusterPartCommand
{
    /// <summary>The kubeconfig. Default: what KUBECONFIG names, else ~/.kube/config.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// Address of the API server, as https://ADDRESS:PORT. Default: the one that the kubeconfig has, else port 8443 of the node with the
    /// lowest address.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? Server { get; set; }

    /// <summary>Name of the user's entry. Default: CLUSTER-admin.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <summary>Name of the context. Default: the name of the cluster.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ContextName { get; set; }

    /// <summary>What Kubernetes takes for the user's group: the organization in the certificate.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Group { get; set; } = KubeConfigOptions.UsualGroup;

    /// <summary>Days of validity of a certificate that is made. It ends with its authority at the latest.</summary>
    [Parameter]
    [ValidateRange(1, SpanLimits.ValidityDays)]
    public int Day { get; set; } = CertificateOptions.UsualDays;

    /// <summary>Names the files of certificates and key, instead of holding their content.</summary>
    [Parameter]
    public SwitchParameter UseFile { get; set; }

    /// <summary>Leaves the context that kubectl uses as it is.</summary>
    [Parameter]
    public SwitchParameter KeepCurrentContext { get; set; }

    /// <summary>Makes the user's certificate again even where it is right.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var path = Path is null ? KubeConfigs.UsualPath : Resolve(Path);
        if (!Should($"Write the cluster {cluster}, its administrator and a context into {path}"))
        {
            return;
        }
        WriteObject(new KubeConfigs(DirectoryOf(cluster.XenDir)).Write(cluster.Name, new KubeConfigOptions
        {
            Path = path,
            Server = Server,
            UserName = UserName,
            ContextName = ContextName,
            Group = Group,
            Days = Day,
            UseFiles = UseFile,
            KeepCurrentContext = KeepCurrentContext,
            Force = Force,
        }, StopToken));
    }
}
