using System.Diagnostics;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.Guests;
using XenKube.Ignition;
using XenKube.Ignition.Templates;

namespace XenKube.Clusters;

/// <summary>
/// One node of a refresh, from the check to the last step. Its disk is opened, guarded and locked once, and each file system on
/// it is opened once: what was checked is what is changed.
/// </summary>
internal sealed class IgnitionResetWork : IDisposable
{
    private readonly Dictionary<string, IFileSystem> _fileSystems = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<IgnitionResetStep> _steps;
    private readonly DiskImage? _disk;
    private GuestLayout? _layout;

    /// <summary>Takes the node, and its disk where a step needs it.</summary>
    /// <exception cref="ItemInUseException">The disk is in use.</exception>
    public IgnitionResetWork(XenDirectory directory, Node node, IgnitionResetOptions options, IImageUseProbe domains)
    {
        Config = new NodeConfig(directory, node, options.Config,
            () => _disk is null ? GuestOfImage.TryRead(node.DiskPath) : GuestOfImage.TryRead(_disk));
        Options = options;
        var isOwn = NodeBoot.IsOwnByConfig(node);
        try
        {
            _disk = options.ChosenSteps.Any(step => step.NeedsDisk(this, isOwn)) ? DiskImage.OpenWrite(node.DiskPath, domains) : null;
            BootsByXenKube = isOwn ?? (_disk is not null && NodeBoot.IsOwnByDisk(_disk));
            _steps = [.. options.ChosenSteps.Where(step => step.AppliesTo(this))];
        }
        catch
        {
            _disk?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Whether XenKube's boot loader starts the node. Then its URL is in the guest configuration, and systemd is told of the first boot by
    /// the kernel's command line: neither OEM nor ROOT is edited.
    /// </summary>
    public bool BootsByXenKube { get; }

    /// <summary>Whether a step was named by the user, and is not only one of all.</summary>
    public bool IsNamed(IgnitionResetStep step) => Options.Steps.Contains(step);

    /// <summary>The node's config.</summary>
    public NodeConfig Config { get; }

    /// <summary>The node.</summary>
    public Node Node => Config.Node;

    /// <summary>How nodes are reset.</summary>
    public IgnitionResetOptions Options { get; }

    /// <summary>Where the guest fetches its config.</summary>
    public Uri? ConfigUri => Options.ConfigUri ?? Place.Uri;

    /// <summary>Where the config is for the guest.</summary>
    public ConfigPlace Place => new(Node, LayoutIfKnown ?? GuestLayout.Flatcar);

    /// <summary>What differs between the guests' boot chains.</summary>
    public GuestLayout Layout => _layout ??= GuestLayout.Detect(_disk!);

    /// <summary>The same; null where no step opened the disk.</summary>
    public GuestLayout? LayoutIfKnown => _disk is null ? null : Layout;

    /// <summary>The template's result, in memory until every node's inputs are known to be good; null where there is none.</summary>
    public TemplateExpansion? Expansion { get; set; }

    /// <summary>The transpiled config; null where none is published.</summary>
    public IgnitionConfig? Transpiled { get; set; }

    /// <summary>The guest configuration with the config's URL; null where it is not changed.</summary>
    public XenGuestConfig? GuestConfig { get; set; }

    /// <summary>OEM's grub.cfg as it is now; null where that step is not taken.</summary>
    public OemGrubConfig? Grub { get; set; }

    /// <summary>The file system of a partition, opened at the first question.</summary>
    public IFileSystem Open(string label)
    {
        if (!_fileSystems.TryGetValue(label, out var fileSystem))
        {
            _fileSystems.Add(label, fileSystem = _disk!.OpenFileSystem(label));
        }
        return fileSystem;
    }

    /// <summary>Checks what every step needs, and changes nothing.</summary>
    public void Check()
    {
        if (_disk is not null)
        {
            Place.Require(Config.Guest, BootsByXenKube);
        }
        foreach (var label in _steps.SelectMany(step => step.PartitionsOf(this)))
        {
            _ = Open(label);
        }
        foreach (var step in _steps)
        {
            step.Check(this);
        }
    }

    /// <summary>
    /// Takes the steps. Our own lock keeps other XenKubes away since the check; who knows no locks is looked for once more.
    /// </summary>
    /// <returns>What each of them did.</returns>
    /// <exception cref="ItemInUseException">The disk came into use after the check; the node was left as it was.</exception>
    public IReadOnlyList<IgnitionResetStepResult> Apply(IImageUseProbe domains)
    {
        _disk?.RefuseUse(domains);
        var results = new List<IgnitionResetStepResult>(_steps.Count);
        using var edits = new ImageBatch();
        foreach (var step in _steps)
        {
            if (!step.SharesFlushes)
            {
                Commit(edits, results);
            }
            var time = Stopwatch.StartNew();
            if (step.SharesFlushes)
            {
                foreach (var label in step.PartitionsOf(this))
                {
                    edits.Add(Open(label));
                }
            }
            var (changed, message) = step.Apply(this);
            results.Add(new IgnitionResetStepResult(step, changed, message, time.Elapsed));
        }
        Commit(edits, results);
        return results;
    }

    /// <summary>What a person should know about the next boot.</summary>
    /// <param name="results">What the steps did.</param>
    public IEnumerable<CheckResult> Notes(IReadOnlyList<IgnitionResetStepResult> results)
    {
        // A disk with the stamp on it has never booted to the end.
        if (results.Any(result => result is { Step: FirstBootStep, Changed: true }) && Layout == GuestLayout.FedoraCoreOS)
        {
            yield return new CheckResult("first-boot", CheckStatus.Warn,
                "Fedora CoreOS does not support that Ignition runs a second time: what an earlier config made stays, and a config that makes partitions or file systems may fail",
                $"To be configured from scratch, make its disk again, which loses all that is on it: {new RemedyAction(RemedyActionKind.RecreateNode, Node.FullName)}")
            { Target = Node.FullName, XenDir = Node.XenDir };
        }
    }

    // The time that the disk takes is that of the last step before.
    private static void Commit(ImageBatch edits, List<IgnitionResetStepResult> results)
    {
        var time = Stopwatch.StartNew();
        edits.Commit();
        if (results is [.., { Step.SharesFlushes: true } last])
        {
            results[^1] = last with { Duration = last.Duration + time.Elapsed };
        }
    }

    /// <summary>Lets the disk go.</summary>
    public void Dispose()
    {
        foreach (var fileSystem in _fileSystems.Values)
        {
            fileSystem.Dispose();
        }
        _fileSystems.Clear();
        _disk?.Dispose();
    }
}
