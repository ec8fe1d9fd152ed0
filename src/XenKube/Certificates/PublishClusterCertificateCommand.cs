using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Commands.Certificates;

/// <summary>
/// Brings the certificates of nodes to them: into the published config, and onto the disk of a stopped node or by ssh to a running one.
/// </summary>
[Cmdlet(VerbsData.Publish, "ClusterCertificate", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Publish-XenClusterCertificate")]
[OutputType(typeof(CertificateDelivery))]
public sealed class PublishClusterCertificateCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];

    /// <summary>
    /// Restarts the etcd of each running node, which reads a new authority only then: one node after another, each when the cluster is
    /// healthy again.
    /// </summary>
    [Parameter]
    public SwitchParameter Restart { get; set; }

    /// <summary>With -Restart, the longest time that the cluster may take to be healthy again, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, SpanLimits.WaitSeconds)]
    public int Timeout { get; set; } = 300;

    // Several certificates of a node come one after another, and the node gets all of them at once.
    /// <inheritdoc/>
    protected override void ProcessNode(Node node) => _nodes.Add(node);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var node in _nodes.DistinctBy(node => (node.XenDir, node.FullName)))
        {
            Guard(node, () => Publish(node));
        }
    }

    private void Publish(Node node)
    {
        var directory = DirectoryOf(node);
        var publisher = new CertificatePublisher(directory);
        var places = string.Join(" and ", publisher.PlacesOf(node).Select(place => place switch
        {
            CertificateSource.Config => node.IgnitionPath,
            CertificateSource.Disk => node.DiskPath,
            _ => $"the running guest {node.GuestName}",
        }));
        if (places.Length > 0 && Should($"Bring the certificates of {node.FullName} to {places}"))
        {
            var done = publisher.Publish(node, StopToken);
            if (Restart && done.Any(one => one.Place == CertificateSource.Endpoint))
            {
                new EtcdRestart(directory, TimeSpan.FromSeconds(Timeout)).Run(node, StopToken);
            }
            WriteObject(done, enumerateCollection: true);
        }
    }
}
