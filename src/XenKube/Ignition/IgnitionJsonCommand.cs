using System.Management.Automation;

namespace XenKube.Commands.Ignition;

/// <summary>The base of cmdlets that take Ignition JSON: in files, published for nodes, or as text.</summary>
public abstract class IgnitionJsonCommand : ConfigInputCommand
{
    /// <summary>Paths of the files, taken as they are; of a node, its published config.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "IgnitionPath")]
    [ValidateNotNullOrEmpty]
    public override string[]? LiteralPath { get; set; }

    private protected override string NodeProperty => nameof(XenKube.Clusters.Node.IgnitionPath);

    private protected override bool IsJson => true;

    /// <inheritdoc/>
    protected override void ProcessFile(string path) => ProcessJson(ReadFile(path), path);

    /// <inheritdoc/>
    protected override void ProcessText(byte[] text) => ProcessJson(text, "input");

    /// <summary>Does the cmdlet's work for one config.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="source">Where it came from, for messages.</param>
    protected abstract void ProcessJson(byte[] json, string source);
}
