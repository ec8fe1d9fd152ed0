using System.Globalization;
using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Commands.Drives;
using XenKube.Commands.Guide;
using XenKube.Commands.Hosting;
using XenKube.Commands.Ignition;
using XenKube.Etcd;
using XenKube.Guests;

namespace XenKube.Commands.Clusters;

/// <summary>
/// Makes the Ignition of nodes run again at their next boot: grub.cfg, machine-id, template, published config, first_boot.
/// </summary>
[Cmdlet(VerbsCommon.Reset, "Ignition", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Reset-XenNode", "Reset-XenIgnition", Commands.Guide.GuideWord.Generate)]
[OutputType(typeof(IgnitionReset), typeof(string), typeof(NodeDiskDrive))]
public sealed class ResetIgnitionCommand : NodeConfigCommand
{
    private readonly List<Node> _nodes = [];
    private bool _mounts;
    private int _planned;
    private string _label = "";

    /// <summary>The steps to take. Default: all of them, in this order.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(IgnitionResetStepCompleter))]
    public IgnitionResetStep[] Step { get; set; } = [];

    /// <summary>Where the guest fetches its config. Default: the node's own URL.</summary>
    [Parameter]
    public Uri? ConfigUri { get; set; }

    /// <summary>Kernel arguments to write in addition to the URL, or patterns of arguments to keep.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] LinuxAppend { get; set; } = [];

    /// <summary>How many nodes to work on at the same time. Default: one for each processor; with -Restart, one.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int? ThrottleLimit { get; set; }

    /// <summary>
    /// Refreshes running nodes, one after another: stops each guest, resets its Ignition, starts it, and waits until it has fetched its
    /// config, or answers by ssh where the config comes on a disk. The first that fails ends it.
    /// </summary>
    [Parameter]
    public SwitchParameter Restart { get; set; }

    /// <summary>With -Restart, what else to wait for before the next node is stopped: Running, Address or Ssh.</summary>
    [Parameter]
    public GuestCondition? For { get; set; }

    /// <summary>With -Restart, the longest time to wait for a guest to end, and to come back, in seconds. Default: 300.</summary>
    [Parameter]
    [ValidateRange(1, SpanLimits.WaitSeconds)]
    public int Timeout { get; set; } = 300;

    /// <summary>
    /// How the config comes to the guest from now on: Http (fetched from dom0), Disk (a small second disk), Image (on the node's own disk).
    /// It is remembered for each node. Default: as it is, Http at first.
    /// </summary>
    [Parameter]
    public ConfigSource? ConfigSource { get; set; }

    /// <summary>
    /// Makes the disks again from their image before they are reset. All that is on them is lost; configs, addresses and names stay.
    /// </summary>
    [Parameter]
    public SwitchParameter Recreate { get; set; }

    /// <summary>
    /// With -Recreate, a version in the store or the path of an image. Default: the image of the release on the disk, else the newest of
    /// the same distribution.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageVersionCompleter))]
    public string? Image { get; set; }

    /// <summary>With -Recreate, accepts an image without checking its signature, with a warning.</summary>
    [Parameter]
    public SwitchParameter SkipVerification { get; set; }

    /// <summary>Has the next boot of a Flatcar guest remove all from ROOT but what -Keep names, before Ignition runs.</summary>
    [Parameter]
    public SwitchParameter Clean { get; set; }

    /// <summary>With -Clean, what stays: absolute paths, or regular expressions (egrep) of absolute paths. Default: nothing.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Keep { get; set; } = [];

    /// <summary>
    /// Makes configs from their templates even if the configs are newer, and does not ask before -Recreate and -Clean.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override IEnumerable<string> NamesGiven()
    {
        if (GuideWord is null)
        {
            return base.NamesGiven();
        }
        if (KgenAction.IsMount(Cluster![0]))
        {
            // kgen mount NODE [LABEL]
            (_mounts, _label) = (true, Name is [_, var label] ? label : "");
            return Name is { Length: 1 or 2 } ? InCurrentCluster([Name[0]]) : throw NotNamed(
                "kgen mount takes a node, and optionally a partition's label", "Write kgen mount node-1 ROOT");
        }
        // kgen ACTION NODE...
        Step = Require(() => KgenAction.Steps(Cluster![0]));
        return Name is null
            ? throw NotNamed("kgen wants nodes", "Write kgen refresh node-1, with nodes of the current cluster")
            : InCurrentCluster(Name);
    }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (_mounts)
        {
            Mount(node);
            return;
        }
        var steps = Options().ChosenSteps.Select(step => step.Sentence);
        var sentence = $"Reset the Ignition of {node} ({string.Join("; ", steps)}): {node.DiskPath}, {node.IgnitionPath}";
        if (Recreate)
        {
            sentence = $"Make {node.DiskPath} again from {Image ?? "the image of its release"}, which loses all that is on it. {sentence}";
        }
        if (ConfigSource is { } source)
        {
            sentence = $"{sentence}. The config comes by {source} from now on";
        }
        // The order is what a person wants to see beforehand.
        if (MayChange(Restart ? string.Create(CultureInfo.InvariantCulture,
            $"{++_planned}. Stop the guest {node.GuestName}. {sentence}. Start the guest, and wait until it has {((ConfigSource ?? node.ConfigSource) == XenKube.Clusters.ConfigSource.Http ? "fetched its config" : "answered")}{(For is null ? "" : $" and reached {For}")}") : sentence))
        {
            _nodes.Add(node);
        }
    }

    private bool MayChange(string sentence) => Recreate || Clean ? ShouldDestroy(sentence, Force) : Should(sentence);

    private IgnitionResetOptions Options() => new()
    {
        Steps = Step,
        ThrottleLimit = ThrottleLimit ?? Environment.ProcessorCount,
        ForceTemplate = Force,
        ConfigUri = ConfigUri,
        LinuxAppend = LinuxAppend,
        Config = Overrides(),
        ConfigSource = ConfigSource,
        Keep = Clean ? Keep : null,
        // A version is not a path, even if it looks like one.
        Recreation = !Recreate ? null : new NodeRecreation
        {
            Image = Image is not null && File.Exists(Resolve(Image)) ? Resolve(Image) : Image,
            SkipVerification = SkipVerification,
        },
    };

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var options = Options();
        if (SkipVerification && Recreate && _nodes.Count > 0)
        {
            WriteWarning("the image's signature is not checked");
        }
        foreach (var group in _nodes.GroupBy(DirectoryOf))
        {
            if (Restart)
            {
                Guard(null, () => Roll(group.Key, [.. group], options));
                continue;
            }
            Guard(null, () => Write(RunWithProgress($"Resetting the Ignition of {Count([.. group])}", (progress, token) =>
                new IgnitionResetter(group.Key).Reset([.. group], options, progress, token))));
        }
    }

    /// <summary>The result of a node is written as soon as the node is back, before the next one is stopped.</summary>
    private void Roll(XenDirectory directory, Node[] nodes, IgnitionResetOptions reset)
    {
        var options = new RollingRefreshOptions { Reset = reset, Condition = For, ThrottleLimit = ThrottleLimit
            ?? 1, Timeout = TimeSpan.FromSeconds(Timeout) };
        var refresh = new RollingRefresh(directory, requests: RunningServers.RequestsOf(nodes[0]),
            guard: new EtcdRefreshGuard(directory));
        var reports = new LaterProgress();
        using var steps = refresh.Run(nodes, options, reports, StopToken).GetEnumerator();
        while (RunWithProgress($"Refreshing {Count(nodes)}, one after another", (progress, _) =>
        {
            reports.Target = progress;
            return steps.MoveNext();
        }))
        {
            Write(steps.Current);
        }
    }

    private XenKubeException NotNamed(string reason, string remedy) =>
        Ended(new InvalidInputException(ErrorIds.NodeNotNamed, null, null, reason, remedy));

    // The guide mounts a partition at $XENDIR/mnt, to be read and written; here the disk becomes a drive, with a folder for each.
    private void Mount(Node node)
    {
        var name = NodeDiskDrive.NameFor(node.Name);
        NodeDiskDrive.RequireFree(SessionState, name, node.DiskPath);
        if (Should($"Mount {node.DiskPath} as {name}:, writable"))
        {
            var drive = NodeDiskDrive.Mount(SessionState, name, node.DiskPath, writable: true);
            if (_label.Length == 0)
            {
                WriteObject(drive);
            }
            else if (drive.FindPartition(_label) is { } partition)
            {
                WriteObject($"{name}:/{partition}");
            }
            else
            {
                SessionState.Drive.Remove(name, force: true, scope: "Global");
                throw drive.NoPartition(_label);
            }
        }
    }

    private static string Count(Node[] nodes) => nodes.Length == 1
        ? nodes[0].FullName : string.Create(CultureInfo.InvariantCulture, $"{nodes.Length} nodes");

    private void Write(IReadOnlyList<IgnitionReset> resets)
    {
        foreach (var reset in resets)
        {
            foreach (var step in reset.Steps)
            {
                WriteVerbose(step.Message);
            }
            foreach (var note in reset.Notes)
            {
                WriteWarning($"{reset.Node}: {note.Message}. {note.WordedBy(RemedyWords.Instance).Remedy}");
            }
            foreach (var entry in reset.Config?.Warnings ?? [])
            {
                WriteWarning(Reports.Line(reset.Node.ConfigPath, entry));
            }
            if (reset.Config is { } config && new NodeConfig(DirectoryOf(reset.Node), reset.Node).FindMisfit(config) is { } misfit)
            {
                WriteWarning($"{reset.Node}: the config is Ignition {config.Version}: {misfit}");
            }
            if (GuideWord is null)
            {
                WriteObject(reset);
            }
            else
            {
                // kgen prints what it does, as the guide shows; who wants objects uses the command's own name.
                WriteObject(reset.Steps.Where(step => step.Changed).Select(step => step.Message), enumerateCollection: true);
            }
        }
    }

    /// <summary>Each part of the work has a progress of its own.</summary>
    private sealed class LaterProgress : IProgress<OperationProgress>
    {
        public IProgress<OperationProgress>? Target { get; set; }

        public void Report(OperationProgress value) => Target?.Report(value);
    }
}
