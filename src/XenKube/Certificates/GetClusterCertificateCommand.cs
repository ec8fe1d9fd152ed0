using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Commands.Certificates;

/// <summary>Lists the certificates of nodes: in files, in the published config, on a node's disk, or on its ports.</summary>
[Cmdlet(VerbsCommon.Get, "ClusterCertificate", DefaultParameterSetName = NameSet)]
[Alias("Get-XenClusterCertificate")]
[OutputType(typeof(ClusterCertificate))]
public sealed class GetClusterCertificateCommand : NodeCommand
{
    /// <summary>Where to look: File, Config, Disk or Endpoint.</summary>
    [Parameter]
    public CertificateSource Source { get; set; }

    /// <summary>How long a port may take to answer, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 600)]
    public int Timeout { get; set; } = 3;

    /// <inheritdoc/>
    protected override void ProcessNode(Node node) => WriteObject(
        new CertificateFinder(DirectoryOf(node), TimeSpan.FromSeconds(Timeout)).List(node, Source, StopToken), enumerateCollection: true);
}
