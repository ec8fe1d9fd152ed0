using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Ignition;
using XenKube.Ignition.Comparing;
using XenKube.Ignition.Publishing;

namespace XenKube.Commands.Ignition;

/// <summary>Shows what publishing the nodes' configs would change on the guests.</summary>
[Cmdlet(VerbsData.Compare, "Ignition", DefaultParameterSetName = NameSet)]
[OutputType(typeof(IgnitionChange))]
public sealed class CompareIgnitionCommand : NodeCommand
{
    private const string FilesSet = "Files";

    /// <summary>The Ignition JSON of before.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FilesSet)]
    [ValidateNotNullOrEmpty]
    public string? ReferencePath { get; set; }

    /// <summary>The Ignition JSON of afterwards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FilesSet)]
    [ValidateNotNullOrEmpty]
    public string? DifferencePath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == FilesSet)
        {
            Guard(ReferencePath, () => WriteObject(IgnitionComparison.Compare(ReadFile(Resolve(ReferencePath!)), ReadFile(Resolve(DifferencePath!))).Changes, enumerateCollection: true));
        }
        else
        {
            base.ProcessRecord();
        }
    }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var config = IgnitionTranspiler.TranspileFile(node.ConfigPath, new TranspileOptions { Release = DirectoryOf(node).Settings.TranspilerRelease });
        if (!config.Succeeded)
        {
            throw Reports.Error(config, node.ConfigPath);
        }
        var before = IgnitionPublisher.Read(node.IgnitionPath);
        WriteObject(IgnitionComparison.Compare(before is null ? (ReadOnlyMemory<byte>?)null : new ReadOnlyMemory<byte>(before), System.Text.Encoding.UTF8.GetBytes(config.Json)).Changes, enumerateCollection: true);
    }
}
