using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Commands.Certificates;

/// <summary>
/// Makes the certificates of nodes, with the names that the guide gives them; what is right already is left alone.
/// </summary>
[Cmdlet(VerbsCommon.New, "ClusterCertificate", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(ClusterCertificate))]
public sealed class NewClusterCertificateCommand : NodeCommand
{
    /// <summary>What the certificates are for. Default: all roles.</summary>
    [Parameter]
    public CertificateRole[] Role { get; set; } = [];

    /// <summary>The kind of the keys. Default: that of the authority.</summary>
    [Parameter]
    public KeyAlgorithm? KeyAlgorithm { get; set; }

    /// <summary>Days of validity. A certificate ends with its authority at the latest.</summary>
    [Parameter]
    [ValidateRange(1, 36500)]
    public int Day { get; set; } = CertificateOptions.UsualDays;

    /// <summary>DNS names and IP addresses besides the name and the address of the guest.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AdditionalName { get; set; } = [];

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
        var options = new CertificateOptions { Roles = Role, KeyAlgorithm = KeyAlgorithm, Days = Day, AdditionalNames = AdditionalName,
            Force = Force };
        WriteObject(new CertificateStore(directory).Create(node, options, StopToken), enumerateCollection: true);
    }
}
