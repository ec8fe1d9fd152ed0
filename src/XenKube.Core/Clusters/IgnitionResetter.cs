using System.Diagnostics;
using System.Text;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Ignition;
using XenKube.Ignition.Publishing;
using XenKube.Ignition.Templates;

namespace XenKube.Clusters;

/// <summary>
/// Makes the Ignition of nodes run again: kgen refresh. Every input of every node is checked before anything is
/// changed, so that a config that does not transpile, or a disk in use, leaves all nodes as they were.
/// </summary>
public sealed class IgnitionResetter
{
    private const string MachineIdPath = "/etc/machine-id";
    private const string RootLabel = "ROOT";

    private readonly XenDirectory _directory;

    /// <summary>Opens the nodes of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    public IgnitionResetter(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
    }

    /// <summary>Resets nodes.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="options">Which steps, how many nodes at once.</param>
    /// <param name="progress">Told how many nodes are done, or null.</param>
    /// <param name="cancellationToken">Stops between nodes; a node that was begun is finished.</param>
    /// <returns>What was done, in the order of the nodes.</returns>
    /// <exception cref="AggregateException">What is wrong with which node; nothing was changed.</exception>
    public IReadOnlyList<IgnitionReset> Reset(IReadOnlyList<Node> nodes, IgnitionResetOptions options, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(options);
        using var held = _directory.Lock("refresh of nodes", cancellationToken);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.ThrottleLimit), CancellationToken = cancellationToken };
        var domains = new XenImageUseProbe(new XlDriver());
        var plans = new ResetPlan[nodes.Count];
        var errors = new XenKubeException?[nodes.Count];
        var done = 0;
        Parallel.For(0, nodes.Count, parallel, i =>
        {
            try
            {
                plans[i] = Prepare(nodes[i], options, domains);
                progress?.Report(new OperationProgress("Checking inputs", nodes[i].FullName, Interlocked.Increment(ref done), nodes.Count, null));
            }
            catch (XenKubeException error)
            {
                errors[i] = error;
            }
        });
        if (Array.Exists(errors, error => error is not null))
        {
            throw new AggregateException(errors.OfType<XenKubeException>());
        }
        var results = new IgnitionReset[nodes.Count];
        done = 0;
        Parallel.For(0, nodes.Count, parallel, i =>
        {
            results[i] = Apply(plans[i], options, domains);
            progress?.Report(new OperationProgress("Resetting Ignition", nodes[i].FullName, Interlocked.Increment(ref done), nodes.Count, null));
        });
        return results;
    }

    private ResetPlan Prepare(Node node, IgnitionResetOptions options, IImageUseProbe domains)
    {
        string? expanded = null;
        IgnitionConfig? config = null;
        if (options.Includes(IgnitionResetStep.Template))
        {
            expanded = ExpandTemplate(node, options.ForceTemplate);
        }
        if (options.Includes(IgnitionResetStep.Publish))
        {
            config = Transpile(node, expanded);
        }
        if (options.TouchesDisk)
        {
            // Opening for writing takes the locks: a disk in use is found out here, before the first change.
            using var disk = DiskImage.OpenWrite(node.DiskPath, domains);
            if (options.Includes(IgnitionResetStep.Grub))
            {
                GrubScript.CheckUri(options.ConfigUri ?? node.IgnitionUri);
                disk.GetPartition(OemGrubConfig.PartitionLabel);
            }
            if (options.Includes(IgnitionResetStep.MachineId))
            {
                disk.GetPartition(RootLabel);
            }
            if (options.Includes(IgnitionResetStep.FirstBoot))
            {
                disk.GetPartition(GuestLayout.BootLabel);
            }
        }
        return new ResetPlan(node, expanded, config);
    }

    private static IgnitionReset Apply(ResetPlan plan, IgnitionResetOptions options, IImageUseProbe domains)
    {
        var node = plan.Node;
        var total = Stopwatch.StartNew();
        var steps = new List<IgnitionResetStepResult>();
        OemGrubConfig? grub = null;
        void Take(IgnitionResetStep step, Func<(bool Changed, string Message)> action)
        {
            if (options.Includes(step))
            {
                var time = Stopwatch.StartNew();
                var (changed, message) = action();
                steps.Add(new IgnitionResetStepResult(step, changed, message, time.Elapsed));
            }
        }
        using var disk = options.TouchesDisk ? DiskImage.OpenWrite(node.DiskPath, domains) : null;
        Take(IgnitionResetStep.Grub, () =>
        {
            var before = OemGrubConfig.Read(disk!, node.DiskPath).Text;
            grub = OemGrubConfig.Write(disk!, node.DiskPath, options.ConfigUri ?? node.IgnitionUri, options.LinuxAppend);
            return (grub.Text != before, $"grub.cfg set to:{grub.Line}");
        });
        Take(IgnitionResetStep.MachineId, () =>
        {
            using var root = disk!.OpenFileSystem(RootLabel);
            return root.Remove(MachineIdPath)
                ? (true, $"Removed {MachineIdPath} for systemd units refresh")
                : (false, $"{MachineIdPath} was removed already");
        });
        if (File.Exists(node.TemplatePath))
        {
            Take(IgnitionResetStep.Template, () => WriteExpanded(plan));
        }
        Take(IgnitionResetStep.Publish, () => Publish(plan));
        Take(IgnitionResetStep.FirstBoot, () =>
        {
            using var boot = disk!.OpenFileSystem(GuestLayout.BootLabel);
            var path = GuestLayout.Detect(boot).FirstBootPath;
            if (boot.Find(path) is not null)
            {
                return (false, $"{path[1..]} was there already");
            }
            boot.WriteFile(path, []);
            return (true, $"Creating {path[1..]}");
        });
        return new IgnitionReset(node, steps, grub, plan.Config, total.Elapsed);
    }

    // Expanded in memory: the template's result is written only when every node's inputs are known to be good.
    private string? ExpandTemplate(Node node, bool force)
    {
        if (!File.Exists(node.TemplatePath) || (!force && IgnitionTemplate.IsCurrent(node.TemplatePath, node.ConfigPath)))
        {
            return null;
        }
        var cluster = new ClusterStore(_directory).Get(node.Cluster);
        var template = Encoding.UTF8.GetString(IgnitionTranspiler.ReadFile(node.TemplatePath));
        return IgnitionTemplate.ExpandText(template, node.TemplatePath, Path.GetDirectoryName(node.TemplatePath)!, new TemplateVariables(node, cluster));
    }

    private IgnitionConfig Transpile(Node node, string? expanded)
    {
        var options = new TranspileOptions { Release = _directory.Settings.TranspilerRelease, FilesDirectory = Path.GetDirectoryName(node.ConfigPath)!, SourcePath = node.ConfigPath };
        var config = expanded is null ? IgnitionTranspiler.TranspileFile(node.ConfigPath, options) : IgnitionTranspiler.Transpile(expanded, options);
        IgnitionPublisher.RequireSucceeded(config);
        return config;
    }

    private static (bool Changed, string Message) WriteExpanded(ResetPlan plan)
    {
        if (plan.Expanded is null)
        {
            return (false, $"{Path.GetFileName(plan.Node.ConfigPath)} is newer than its template");
        }
        AtomicFile.Write(plan.Node.ConfigPath, Encoding.UTF8.GetBytes(plan.Expanded));
        return (true, $"Creating the transpile file from the template {Path.GetFileName(plan.Node.TemplatePath)}");
    }

    private static (bool Changed, string Message) Publish(ResetPlan plan)
    {
        var published = IgnitionPublisher.Publish(plan.Config!, plan.Node.IgnitionPath);
        return (published.Changed, $"Transpiling {Path.GetFileName(plan.Node.ConfigPath)} and adding it to nginx");
    }

    private sealed record ResetPlan(Node Node, string? Expanded, IgnitionConfig? Config);
}
