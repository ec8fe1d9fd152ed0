using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Ignition;
using XenKube.Ignition.Comparing;

namespace XenKube.Commands.Ignition;

/// <summary>Shows what publishing the nodes' configs would change on the guests.</summary>
[Cmdlet(VerbsData.Compare, "Ignition", DefaultParameterSetName = NameSet)]
[Alias("Compare-XenIgnition")]
[OutputType(typeof(IgnitionChange))]
public sealed class CompareIgnitionCommand : NodeConfigCommand
{
    private const string FilesSet = "Files";

    /// <summary>The old Ignition JSON.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FilesSet)]
    [ValidateNotNullOrEmpty]
    public string? ReferencePath { get; set; }

    /// <summary>The new Ignition JSON.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FilesSet)]
    [ValidateNotNullOrEmpty]
    public string? DifferencePath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == FilesSet)
        {
            Guard(ReferencePath, () => WriteObject(IgnitionComparison.Compare(ReadFile(ResolveReadable(ReferencePath!)),
                ReadFile(ResolveReadable(DifferencePath!))).Changes, enumerateCollection: true));
        }
        else
        {
            base.ProcessRecord();
        }
    }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var own = new NodeConfig(DirectoryOf(node), node, Overrides());
        var config = own.Transpile();
        ConfigFailure.Refuse(config);
        var change = own.Compare(config);
        if (change.Damage is { } damage)
        {
            WriteWarning($"{node.IgnitionPath}: what is published is not an Ignition config, so all of the new one is shown: {damage}");
        }
        WriteObject(change.Comparison.Changes, enumerateCollection: true);
    }
}
