using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Certificates;

/// <summary>Lists the certificate authorities of clusters.</summary>
[Cmdlet(VerbsCommon.Get, "CertificateAuthority", DefaultParameterSetName = NameSet)]
[Alias("Get-XenCertificateAuthority")]
[OutputType(typeof(CertificateAuthority))]
public sealed class GetCertificateAuthorityCommand : ClusterPartCommand
{
    /// <summary>Names of clusters. Wildcards are allowed. Default: all that have an authority.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public override string[]? Cluster { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var store = new CertificateStore(DirectoryOf(cluster.XenDir));
        // Who names a cluster wants its authority; of all clusters, those that have one.
        var isNamed = InputObject is not null || Cluster!.Contains(cluster.Name);
        if ((isNamed ? store.GetAuthority(cluster.Name) : store.FindAuthority(cluster.Name)) is { } authority)
        {
            WriteObject(authority);
        }
    }
}
