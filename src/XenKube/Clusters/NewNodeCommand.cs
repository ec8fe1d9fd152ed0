using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Commands.Images;
using XenKube.Images;

namespace XenKube.Commands.Clusters;

/// <summary>Makes nodes with a disk each, from one image that is decoded once for all of them.</summary>
[Cmdlet(VerbsCommon.New, "Node", SupportsShouldProcess = true, DefaultParameterSetName = ImageSet)]
[Alias("New-XenNode")]
[OutputType(typeof(Node))]
public sealed class NewNodeCommand : XenDirCommand
{
    private const string ImageSet = "Image";
    private const string InputObjectSet = "InputObject";
    private const string LiteralPathSet = "LiteralPath";

    /// <summary>An existing cluster; or cluster and node with a slash between.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public string Cluster { get; set; } = "";

    /// <summary>Names of the new nodes.</summary>
    [Parameter(Position = 1, ValueFromRemainingArguments = true)]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>The image: a version in the store, or the path of a compressed image. Default: the newest in the store.</summary>
    [Parameter(ParameterSetName = ImageSet)]
    [Alias("Version")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageVersionCompleter))]
    public string? Image { get; set; }

    /// <summary>The image, as Get-CoreOSImage returns it, its file or its version.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>The path of a compressed image, taken as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>
    /// Block devices for the disks, such as LVM volumes: one for each node, in their order. The image is written to the device, and the
    /// node's disk is a link to it. Default: a file for each node.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Free space to append to each disk, such as 2GB; the guest's ROOT grows into it at the first boot.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long AdditionalSpace { get; set; }

    /// <summary>
    /// Moves the backup of the partition table to the end of each disk, where the format has it. Without it a guest does that when it grows
    /// ROOT, and tools such as parted and sgdisk report the old place until then.
    /// </summary>
    [Parameter]
    public SwitchParameter MoveBackupTable { get; set; }

    /// <summary>Keeps the decoded image next to the compressed image, so that later nodes need no decoding.</summary>
    [Parameter]
    public SwitchParameter Cache { get; set; }

    /// <summary>Accepts an image without checking its signature, with a warning.</summary>
    [Parameter]
    public SwitchParameter SkipVerification { get; set; }

    /// <summary>Makes disks that exist again, from the image. Their content is lost; configs stay.</summary>
    [Parameter]
    public SwitchParameter Replace { get; set; }

    /// <summary>
    /// Starts even if the file system seems too full, overwrites what a block device holds, and does not ask before -Replace.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Cluster, () =>
    {
        var (cluster, names) = Names();
        // A relative path starts at $PWD. A version is not a path, even if it looks like one.
        var image = LiteralPath is not null ? Resolve(LiteralPath) : InputObject is not null ? Piped(InputObject)
            : Image is not null && File.Exists(Resolve(Image)) ? Resolve(Image) : Image;
        var directory = Directory;
        var store = new NodeStore(directory);
        var devices = Path?.Select(path => Resolve(path)).ToArray();
        var disks = devices ?? names.Select(name => store.Describe(cluster, name).DiskPath);
        var action = devices is not null ? "Overwrite" : Replace ? "Create, and in place of what is there," : "Create";
        var sentence = $"{action} {string.Join(", ", disks)} from {(image is null ? "the newest image" : $"the image {image}")}";
        if (!(Replace && disks.Any(File.Exists) ? ShouldDestroy(sentence, Force) : Should(sentence)))
        {
            return;
        }
        if (SkipVerification)
        {
            WriteWarning("the image's signature is not checked");
        }
        var options = new NodeDiskOptions(AdditionalSpace, Cache, Force) { MovesBackupTable = MoveBackupTable };
        WriteVerbose($"The image is {image ?? "the newest of the store"}; all disks are written from one decoding of it");
        WriteObject(RunWithProgress($"Making {string.Join(", ", names.Select(name => $"{cluster}/{name}"))}", (progress, token) =>
        {
            var proven = NodeImage.Find(directory, image, SkipVerification, progress, token);
            return Replace ? store.Replace(cluster, names, proven, options, progress, token) : store.Create(cluster, names, proven,
                options, progress, devices, token);
        }), enumerateCollection: true);
    });

    private string Piped(PSObject source)
    {
        var item = new PipedObject(source);
        if (ImageSelection.Find(source) is { } image)
        {
            return image.Path;
        }
        var text = item.FilePath is { } path ? Resolve(path) : item.Value as string ?? throw ImageSelection.NotImage(item);
        return OwnFile(text) ?? text;
    }

    private (string Cluster, IReadOnlyList<string> Names) Names()
    {
        if (Name is not null)
        {
            return (Cluster, Name);
        }
        var name = NodeName.Parse(Cluster);
        return name.IsPattern
            ? throw new InvalidInputException(ErrorIds.NameInvalid, null, null, $"'{Cluster}' does not name new nodes",
                "Write the cluster and the names: New-Node etcd node-1, node-2")
            : (name.Cluster, [name.Node]);
    }
}
