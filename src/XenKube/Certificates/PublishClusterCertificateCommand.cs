using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Commands.Certificates;

/// <summary>
/// Brings the certificates of nodes to them: into the published config, and onto the disk of a stopped node or by ssh to a running one.
/// </summary>
[Cmdlet(VerbsData.Publish, "ClusterCertificate", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(CertificateDelivery))]
public sealed class PublishClusterCertificateCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];

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
            WriteObject(publisher.Publish(node, StopToken), enumerateCollection: true);
        }
    }
}
