using System.Globalization;
using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Ignition;
using XenKube.Ignition.Publishing;

namespace XenKube.Commands.Ignition;

/// <summary>Writes configs to the directory from which the guests fetch them.</summary>
[Cmdlet(VerbsData.Publish, "Ignition", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Publish-XenIgnition")]
[OutputType(typeof(PublishedIgnition))]
public sealed class PublishIgnitionCommand : XenDirCommand
{
    private const string NameSet = "Name";
    private const string InputObjectSet = "InputObject";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>
    /// Clusters; or each cluster and node with a slash between. Wildcards are allowed if the nodes' own configs are published.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [Parameter(Position = 0, ParameterSetName = InputObjectSet)]
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [Parameter(Position = 0, ParameterSetName = LiteralPathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string[]? Cluster { get; set; }

    /// <summary>Names of nodes in the cluster. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 1, ParameterSetName = NameSet, ValueFromRemainingArguments = true)]
    [Parameter(Position = 1, ParameterSetName = InputObjectSet, ValueFromRemainingArguments = true)]
    [Parameter(Position = 1, ParameterSetName = PathSet, ValueFromRemainingArguments = true)]
    [Parameter(Position = 1, ParameterSetName = LiteralPathSet, ValueFromRemainingArguments = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeCompleter))]
    public string[]? Name { get; set; }

    /// <summary>
    /// Nodes whose own configs are transpiled and published, or what names them: clusters, guests, checks, or names such as etcd/node-1.
    /// A config, as ConvertTo-Ignition returns it, or a file is published for the named nodes, or else for the node that its file belongs
    /// to.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    [Alias("Node")]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// Files to publish for the named nodes, or else for the nodes they belong to: configs, which are transpiled, or Ignition JSON, which
    /// is published as it is. Wildcards are allowed.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Paths of such files, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The platform whose metadata fill variables such as {PRIVATE_IPV4}. Default: the platform in the settings, none.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Platform { get; set; }

    /// <summary>The directory from which local files are read. Default: the directory of the config.</summary>
    [Parameter]
    [Alias("FilesDir")]
    [ValidateNotNullOrEmpty]
    public string? FilesDirectory { get; set; }

    /// <summary>Treats warnings as errors. Default: as the settings say, false.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName is PathSet or LiteralPathSet)
        {
            foreach (var path in Files(Path, LiteralPath))
            {
                Guard(path, () => PublishFile(path));
            }
        }
        else if (ParameterSetName == NameSet)
        {
            foreach (var node in NamedNodes())
            {
                Guard(node, () => PublishOwn(node));
            }
        }
        else
        {
            foreach (var element in PipedObject.Elements(InputObject!))
            {
                Guard(element.BaseObject, () => Publish(element));
            }
        }
    }

    // A config or a file is published for whom it is; what names nodes has the nodes' own configs published.
    private void Publish(PSObject element)
    {
        var item = new PipedObject(element);
        if (item.Is<IgnitionConfig>())
        {
            PublishFor(LanguagePrimitives.TryConvertTo<IgnitionConfig>(element, CultureInfo.InvariantCulture, out var config) ? config
                : throw new InvalidInputException(ErrorIds.InputInvalid, null, null, $"{item} has lost the JSON of a config",
                    "Pipe a config, as ConvertTo-Ignition returns it"));
        }
        else if (item.FilePath is { } path && item.Value is not DirectoryInfo)
        {
            foreach (var file in Files(null, [path]))
            {
                Guard(file, () => PublishFile(file));
            }
        }
        else if (Cluster is not null)
        {
            throw new InvalidInputException(ErrorIds.InputInvalid, null, null, $"{item} is not a config to publish for the named nodes",
                "Pipe a config, as ConvertTo-Ignition returns it, or its file");
        }
        else
        {
            foreach (var node in NodesOf(element))
            {
                Guard(node, () => PublishOwn(node));
            }
        }
    }

    private void PublishFor(IgnitionConfig config)
    {
        foreach (var node in Cluster is null ? [OwnerOf(config)] : NamedNodes())
        {
            Publish(node, config);
        }
    }

    private void PublishFile(string path)
    {
        var config = ReadyConfig.Read(path, NodeConfig.OptionsOf(Directory, path,
            Overrides(Platform, FilesDirectory, Strict).On(Directory.Settings.TranspileOptions, path)));
        Warn(path, config);
        PublishFor(config);
    }

    private void Warn(string source, IgnitionConfig config)
    {
        foreach (var entry in config.Warnings)
        {
            WriteWarning(Reports.Line(source, entry));
        }
        ConfigFailure.Refuse(config);
    }

    private List<Node> NamedNodes()
    {
        var nodes = new List<Node>();
        foreach (var name in Name is null ? Cluster! : Cluster!.SelectMany(cluster => Name.Select(name => $"{cluster}/{name}")))
        {
            Guard(name, () => nodes.AddRange(NodesNamed(name, Directory)));
        }
        return nodes;
    }

    private Node OwnerOf(IgnitionConfig config) =>
        config.SourcePath is { } path && new NodeStore(Directory).FindByFile(path) is { } node
            ? node
            : throw new InvalidInputException(ErrorIds.NodeNotNamed, config.SourcePath, null,
                "the config belongs to no node by its file, so there is no place to publish it at",
                "Name the node: Publish-Ignition CLUSTER/NODE");

    private void PublishOwn(Node node)
    {
        var config = new NodeConfig(DirectoryOf(node), node, Overrides(Platform, FilesDirectory, Strict)).Transpile();
        Warn(node.ConfigPath, config);
        Publish(node, config);
    }

    private void Publish(Node node, IgnitionConfig config)
    {
        // The sentence includes the change on the guest, so that -WhatIf and -Confirm show it.
        var own = new NodeConfig(DirectoryOf(node), node);
        if (own.FindMisfit(config) is { } misfit)
        {
            WriteWarning($"{node}: the config is Ignition {config.Version}: {misfit}");
        }
        var first = File.Exists(node.IgnitionPath) ? "" : ", the first of that node";
        if (Should($"Publish {config.SourcePath ?? "the config"} as {node.IgnitionPath}{first}", () => own.Compare(config).ToString()))
        {
            WriteObject(own.Publish(config, StopToken));
        }
    }
}
