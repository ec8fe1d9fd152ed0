using System.Management.Automation;
using System.Management.Automation.Language;
using XenKube.Clusters;
using XenKube.Ignition.Templates;

namespace XenKube.Commands.Ignition;

/// <summary>Makes configs from their templates: includes files, and fills in properties of node and cluster.</summary>
[Cmdlet(VerbsData.Expand, "IgnitionTemplate", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[Alias("Expand-XenIgnitionTemplate")]
[OutputType(typeof(IgnitionTemplateResult))]
public sealed class ExpandIgnitionTemplateCommand : FileCommand
{
    /// <summary>Paths of the templates, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "TemplatePath")]
    [ValidateNotNullOrEmpty]
    public override string[]? LiteralPath { get; set; }

    /// <summary>
    /// The file to write; a script block such as { $_.Name + '.ct' } makes one for each template. Default: the template's own name without
    /// .tmpl.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>The node whose properties the template may use. Default: the node that the template file belongs to.</summary>
    [Parameter]
    public Node? Node { get; set; }

    /// <summary>Expands a template even if its result is newer than everything it is made from.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessFile(string path)
    {
        var target = Destination is null ? null : Resolve(Destination);
        if (IsOnDrive(path))
        {
            ExpandFromDrive(path, target);
            return;
        }
        if (Node is null && target is null && System.IO.Path.GetFileName(path) == XenDirLayout.ClusterTemplateName
            && UsableDirectory?.FindClusterAt(path) is { } cluster)
        {
            ExpandForCluster(path, cluster);
            return;
        }
        if (Should($"Expand {path} to {target ?? System.IO.Path.ChangeExtension(path, null)}"))
        {
            var node = Node ?? NodeOf(path);
            WriteObject(node is null ? IgnitionTemplate.Expand(path, target, force: Force) : new NodeConfig(DirectoryOf(node), node)
                .Expand(path, target, Force));
        }
    }

    // The config is a file of the host: the guest's disk is not a place for it. What the template includes is on the same disk.
    private void ExpandFromDrive(string path, string? target)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (target is null)
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, path, null,
                "it is on a drive over a disk image, and its result is a file of the host", "Name the result with -Destination: "
                    + $"Expand-IgnitionTemplate {Quote(path)} -Destination {Quote("./" + System.IO.Path.ChangeExtension(name, null))}");
        }
        if (Should($"Expand {path} to {target}"))
        {
            var template = ReadFile(path);
            WriteObject(Node is null ? IgnitionTemplate.Expand(template, path, target, ReadFile)
                : new NodeConfig(DirectoryOf(Node), Node).Expand(template, path, target, ReadFile));
        }
    }

    private static string Quote(string word) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(word)}'";

    // The template of a cluster is that of each node that has none of its own.
    private void ExpandForCluster(string path, string cluster)
    {
        foreach (var node in new NodeStore(Directory).List(NodeName.Parse(cluster)))
        {
            var own = new NodeConfig(Directory, node);
            if (own.TemplatePath == path && Should($"Expand {path} to {node.ConfigPath}"))
            {
                Guard(node, () => WriteObject(own.Expand(path, node.ConfigPath, Force)));
            }
        }
    }
}
