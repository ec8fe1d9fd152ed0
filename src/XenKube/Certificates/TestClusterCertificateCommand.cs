using System.Management.Automation;
using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Commands.Certificates;

/// <summary>Checks whether the certificates of nodes do what they are for, and are on the nodes; each check gives a remedy.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ClusterCertificate", DefaultParameterSetName = NameSet)]
[Alias("Test-XenClusterCertificate")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestClusterCertificateCommand : NodeCommand
{
    private readonly Dictionary<(string XenDir, string Cluster), IReadOnlyList<CheckResult>> _authorities = [];

    /// <summary>
    /// Where to look: File, Config, Disk, Endpoint. Default: the files and the published config, and the disk of a guest that is stopped
    /// or the ports of one that runs.
    /// </summary>
    [Parameter]
    public CertificateSource[]? Source { get; set; }

    /// <summary>Warns of certificates that end within this many days.</summary>
    [Parameter]
    [ValidateRange(0, SpanLimits.ValidityDays)]
    public int Within { get; set; } = CertificateCheckOptions.UsualDays;

    /// <summary>How long a port may take to answer, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 600)]
    public int Timeout { get; set; } = 3;

    /// <summary>Returns True if no check of any of the nodes failed, and False otherwise.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private readonly Verdict _verdict = new();

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var directory = DirectoryOf(node);
        var check = new CertificateCheck(directory,
            new CertificateCheckOptions { Sources = Source, Days = Within, Timeout = TimeSpan.FromSeconds(Timeout) });
        // The authority is checked once, and shown with the first node of its cluster.
        var isNew = !_authorities.TryGetValue((directory.Path, node.Cluster), out var authority);
        if (authority is null)
        {
            _authorities.Add((directory.Path, node.Cluster), authority = check.Run(node.Cluster));
        }
        var checks = check.Run(node, StopToken);
        if (Quiet)
        {
            _verdict.Add(authority.Concat(checks).All(result => result.Status != CheckStatus.Fail));
        }
        else
        {
            WriteObject((isNew ? authority.Concat(checks) : checks).Select(result => result.WordedBy(RemedyWords.Instance)),
                enumerateCollection: true);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet)
        {
            WriteObject(_verdict.IsGood && !HasReported);
        }
    }
}
