using System.Management.Automation;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>Checks whether etcd clusters are healthy: their members, quorum, leader, versions.</summary>
[Cmdlet(VerbsDiagnostic.Test, "EtcdCluster", DefaultParameterSetName = NameSet)]
[Alias("Test-XenEtcdCluster")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestEtcdClusterCommand : EtcdClusterCommand
{
    /// <summary>The longest time that a member may take, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 600)]
    public int Timeout { get; set; } = 5;

    /// <summary>Returns True if no check of any of the clusters failed, and False otherwise.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private readonly Verdict _verdict = new();

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var checks = new EtcdCheck(Open(cluster, Timeout)).Run(cluster.Name, StopToken);
        if (Quiet)
        {
            _verdict.Add(checks.All(check => check.Status != CheckStatus.Fail));
        }
        else
        {
            WriteObject(checks.Select(check => check.WordedBy(RemedyWords.Instance)), enumerateCollection: true);
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
