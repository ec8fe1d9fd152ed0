using System.Management.Automation;
using XenKube.Certificates;

namespace XenKube.Commands.Certificates;

/// <summary>Makes the certificate authority of a cluster, whose key stays on this host.</summary>
[Cmdlet(VerbsCommon.New, "CertificateAuthority", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("New-XenCertificateAuthority")]
[OutputType(typeof(CertificateAuthority))]
public sealed class NewCertificateAuthorityCommand : ClusterPartCommand
{
    /// <summary>The kind of its key. Default: Rsa2048, as the guide has it.</summary>
    [Parameter]
    public KeyAlgorithm KeyAlgorithm { get; set; }

    /// <summary>Years of validity.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Year { get; set; } = CertificateOptions.UsualYears;

    /// <summary>
    /// Replaces an authority that is there, after a question: every certificate that it signed has to be made again then.
    /// </summary>
    [Parameter]
    public SwitchParameter Replace { get; set; }

    /// <summary>With -Replace, nobody is asked.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var directory = DirectoryOf(cluster.XenDir);
        var path = directory.Layout.CertificateAuthorityPath(cluster.Name);
        var keyPath = directory.Layout.CertificateAuthorityKeyPath(cluster.Name);
        var may = Replace && (File.Exists(path) || File.Exists(keyPath))
            ? ShouldDestroy($"Replace the certificate authority {path}, without which no certificate of the cluster is trusted", Force)
            : Should($"Create the certificate authority {path}");
        if (may)
        {
            WriteObject(new CertificateStore(directory).CreateAuthority(cluster.Name, KeyAlgorithm, Year, Replace, StopToken));
        }
    }
}
