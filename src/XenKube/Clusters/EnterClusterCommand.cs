using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>Goes to a cluster's directory and runs the cluster's functions.ps1 in the caller's scope.</summary>
[Cmdlet(VerbsCommon.Enter, "Cluster", DefaultParameterSetName = NameSet)]
[Alias("xencd", "Enter-XenCluster")]
[OutputType(typeof(Cluster))]
public sealed class EnterClusterCommand : XenDirCommand
{
    private const string NameSet = "Name";
    private const string InputObjectSet = "InputObject";

    /// <summary>Name of the cluster.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [Alias("Cluster")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public string Name { get; set; } = "";

    /// <summary>A cluster, as Get-Cluster returns it, its directory or its name.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Does not run functions.ps1.</summary>
    [Parameter]
    public SwitchParameter NoFunctions { get; set; }

    /// <summary>Returns the cluster.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(InputObject?.BaseObject ?? Name, () =>
    {
        var cluster = InputObject is null ? new ClusterStore(Directory).Get(Name) : ClustersOf(InputObject) is [var only] ? only
            : throw new InvalidInputException(ErrorIds.InputInvalid, null, null, "one cluster is needed", "Name one cluster");
        SessionState.Path.SetLocation(WildcardPattern.Escape(cluster.Path));
        if (!NoFunctions && ClusterFunctions.Find(cluster) is { } functions)
        {
            Run(functions);
        }
        if (PassThru)
        {
            WriteObject(cluster);
        }
    });

    private void Run(ClusterFunctions functions)
    {
        if (functions.Distrust is { } reason)
        {
            WriteWarning($"{functions.Path} is not run: {reason}");
            return;
        }
        WriteVerbose($"Run {functions.Path} in this scope");
        // The text that was read when the file was checked is run: by now another file may be in its place.
        var script = Parser.ParseInput(functions.Text, functions.Path, out _, out var errors);
        if (errors.Length > 0)
        {
            throw new ParseException(errors);
        }
        // Dot-sourced into the caller's scope: a binary cmdlet has none of its own.
        WriteObject(InvokeCommand.InvokeScript(false, ScriptBlock.Create(". $args[0]"), null, script.GetScriptBlock()),
            enumerateCollection: true);
    }
}
