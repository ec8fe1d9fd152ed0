using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Commands.Certificates;

/// <summary>Renews certificates of nodes: new keys, a new validity, the same names and those that the node has now.</summary>
[Cmdlet(VerbsData.Update, "ClusterCertificate", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Update-XenClusterCertificate")]
[OutputType(typeof(ClusterCertificate))]
public sealed class UpdateClusterCertificateCommand : IssueCommand
{
    /// <summary>
    /// What the certificates are for. Default: all roles; of certificates from the pipeline, as Get-ClusterCertificate returns them, their
    /// own.
    /// </summary>
    [Parameter]
    public CertificateRole[] Role { get; set; } = [];

    /// <summary>Renews only what ends within this many days.</summary>
    [Parameter]
    [ValidateRange(0, SpanLimits.ValidityDays)]
    public int? Within { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject?.BaseObject is not ClusterCertificate certificate)
        {
            base.ProcessRecord();
        }
        else if ((Within is null || certificate.DaysLeft < Within) && (Role.Length == 0 || Role.Contains(certificate.Role)))
        {
            Guard(certificate, () => Renew(certificate.Node, [certificate.Role]));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var roles = new CertificateStore(DirectoryOf(node)).List(node)
            .Where(one => Role.Length == 0 || Role.Contains(one.Role)).Where(one => Within is null || one.DaysLeft < Within)
            .Select(one => one.Role).ToList();
        if (roles.Count > 0)
        {
            Renew(node, roles);
        }
    }

    private void Renew(Node node, IReadOnlyList<CertificateRole> roles)
    {
        var directory = DirectoryOf(node);
        if (Should($"Renew {string.Join(", ", roles)} of {node.FullName} in {directory.Layout.CertificatesPath(node.Cluster)}"))
        {
            WriteObject(new CertificateStore(directory).Renew(node, OptionsFor(roles), StopToken), enumerateCollection: true);
        }
    }
}
