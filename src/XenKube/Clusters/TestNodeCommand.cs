using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Clusters;

/// <summary>Finds out why a node will not boot or its Ignition will not run; each check gives its finding and a remedy.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Node", DefaultParameterSetName = NameSet)]
[Alias("Test-XenNode")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestNodeCommand : NodeConfigCommand
{
    /// <summary>Returns True if no check of any of the nodes failed, and False otherwise.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private readonly Verdict _verdict = new();

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var checks = new NodeCheck(DirectoryOf(node), new NodeCheckOptions { Config = Overrides() })
            .Run(node, StopToken);
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
