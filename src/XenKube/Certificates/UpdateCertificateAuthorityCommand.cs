using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Etcd;

namespace XenKube.Commands.Certificates;

/// <summary>
/// Takes the next of the three steps that replace the certificate authority of a cluster which runs: Bundle, Switch, Drop.
/// </summary>
[Cmdlet(VerbsData.Update, "CertificateAuthority", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Update-XenCertificateAuthority")]
[OutputType(typeof(CertificateAuthority))]
public sealed class UpdateCertificateAuthorityCommand : ClusterPartCommand
{
    /// <summary>For the first step: the kind of the next authority's key. Default: that of the authority before it.</summary>
    [Parameter]
    public KeyAlgorithm? KeyAlgorithm { get; set; }

    /// <summary>For the first step: years of validity.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Year { get; set; } = CertificateOptions.UsualYears;

    /// <summary>Takes the step although a member is not ready for it, or does not answer.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var roll = new EtcdAuthorityRoll(DirectoryOf(cluster.XenDir));
        if (Should($"Take the step {roll.NextStep(cluster.Name)} in the replacement of the certificate authority of {cluster}"))
        {
            WriteObject(roll.Take(cluster.Name, KeyAlgorithm, Year, Force, StopToken));
        }
    }
}
