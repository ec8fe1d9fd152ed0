using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Clusters;

/// <summary>Says why a node will not boot, or its Ignition not run; of each check what was found and what to do about it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Node", DefaultParameterSetName = NameSet)]
[Alias("Test-XenNode")]
[OutputType(typeof(CheckResult), typeof(bool))]
public sealed class TestNodeCommand : NodeCommand
{
    /// <summary>Returns for each node true if no check failed, else false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var checks = new NodeCheck(DirectoryOf(node)).Run(node, StopToken);
        if (Quiet)
        {
            WriteObject(checks.All(check => check.Status != CheckStatus.Fail));
        }
        else
        {
            WriteObject(checks, enumerateCollection: true);
        }
    }
}
