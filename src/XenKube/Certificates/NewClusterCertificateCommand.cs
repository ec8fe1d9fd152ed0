using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Commands.Certificates;

/// <summary>
/// Makes the certificates of nodes, with the names that the guide gives them; what is right already is left alone.
/// </summary>
[Cmdlet(VerbsCommon.New, "ClusterCertificate", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("New-XenClusterCertificate")]
[OutputType(typeof(ClusterCertificate))]
public sealed class NewClusterCertificateCommand : IssueCommand
{
    /// <summary>What the certificates are for. Default: all roles.</summary>
    [Parameter]
    public CertificateRole[] Role { get; set; } = [];

    /// <summary>Makes certificates again that are right.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var directory = DirectoryOf(node);
        if (!Should($"Create the certificates of {node.FullName}{(Force ? "" : " that are missing or wrong")} in {directory.Layout.CertificatesPath(node.Cluster)}"))
        {
            return;
        }
        WriteObject(new CertificateStore(directory).Create(node, OptionsFor(Role) with { Force = Force }, StopToken),
            enumerateCollection: true);
    }
}
