using System.Diagnostics;
using XenKube.Devices;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>
/// Makes the Ignition of nodes run again: kgen refresh. Every input of every node is checked before anything is
/// changed, so that a config that does not transpile, or a disk in use, leaves all nodes as they were. A damaged disk leaves out its
/// own node only: no guest keeps the others from their refresh. All disks stay open and
/// locked from the check to the end, one file descriptor each, so that no guest of XenKube starts in between; .NET raises the
/// limit of open files to the hard one, which leaves room for far more nodes than a host has.
/// </summary>
public sealed class IgnitionResetter
{
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
    /// <exception cref="AggregateException">What is wrong with which node. Where an input was wrong, nothing was changed; where a disk was
    /// damaged, failed, or came into use after the check, the other nodes are done.</exception>
    public IReadOnlyList<IgnitionReset> Reset(IReadOnlyList<Node> nodes, IgnitionResetOptions options,
        IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(options);
        using var held = _directory.Lock("refresh of nodes", cancellationToken);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.ThrottleLimit),
            CancellationToken = cancellationToken };
        var domains = new XenImageUseProbe(new NodeGuests(_directory).Xl);
        // A node that is named twice is reset once: its disk cannot be locked twice.
        Node[] own = [.. nodes.DistinctBy(node => node.FullName)
            .Select(node => options.ConfigSource is { } source ? node with { ConfigSource = source } : node)];
        var work = new IgnitionResetWork?[own.Length];
        var results = new IgnitionReset[own.Length];
        IReadOnlyList<string>? images = null;
        if (options.Recreation is { } recreation)
        {
            Refuse(Each("Checking inputs", own, parallel, progress, i => CheckConfig(own[i], options, domains)));
            images = new NodeRecreator(_directory).Recreate(own, recreation, progress, cancellationToken);
        }
        try
        {
            var errors = Each("Checking inputs", own, parallel, progress, i =>
            {
                // Kept before it is checked, so that it is let go whatever the check says.
                work[i] = new IgnitionResetWork(_directory, own[i], options, domains);
                work[i]!.Check();
            });
            if (!Array.TrueForAll(errors, error => error is null || IsDamage(error)))
            {
                throw new AggregateException(errors.OfType<XenKubeException>());
            }
            if (options.ConfigSource is { } chosen)
            {
                Remember(own, chosen);
            }
            int[] sound = [.. Enumerable.Range(0, own.Length).Where(i => errors[i] is null)];
            var failed = Each("Resetting Ignition", [.. sound.Select(i => own[i])], parallel, progress, number =>
            {
                var i = sound[number];
                var total = Stopwatch.StartNew();
                var steps = work[i]!.Apply(domains);
                results[i] = new IgnitionReset(own[i], steps, work[i]!.Grub, work[i]!.Transpiled, total.Elapsed)
                {
                    RecreatedFrom = images?[i],
                    Notes = [.. work[i]!.Notes(steps)],
                };
            });
            XenKubeException[] all = [.. errors.OfType<XenKubeException>(), .. failed.OfType<XenKubeException>()];
            if (all.Length > 0)
            {
                throw new AggregateException(all);
            }
        }
        finally
        {
            Array.ForEach(work, one => one?.Dispose());
        }
        return results;
    }

    // A config that does not transpile is found before a disk goes.
    private void CheckConfig(Node node, IgnitionResetOptions options, IImageUseProbe domains)
    {
        var own = options with { Recreation = null, Keep = null, Steps = [new TemplateStep(), new PublishStep()] };
        using var work = new IgnitionResetWork(_directory, node, own, domains);
        work.Check();
    }

    private void Remember(IEnumerable<Node> nodes, ConfigSource source)
    {
        foreach (var cluster in nodes.GroupBy(node => node.Cluster))
        {
            ClusterSettings.Write(_directory.Layout.ClusterSettingsPath(cluster.Key), cluster.Select(node => node.Name), source);
        }
    }

    private static void Refuse(XenKubeException?[] errors)
    {
        if (Array.Exists(errors, error => error is not null))
        {
            throw new AggregateException(errors.OfType<XenKubeException>());
        }
    }

    private static bool IsDamage(XenKubeException error) =>
        error is CorruptImageException || error.Id == ErrorIds.StructureTooLarge || error.Id == ErrorIds.ImageNotReadable;

    /// <summary>Does something for every node, whatever happens to the others.</summary>
    /// <returns>What is wrong with which node; null where nothing is.</returns>
    private static XenKubeException?[] Each(string activity, Node[] nodes, ParallelOptions parallel,
        IProgress<OperationProgress>? progress, Action<int> action)
    {
        var errors = new XenKubeException?[nodes.Length];
        var done = 0;
        Parallel.For(0, nodes.Length, parallel, i =>
        {
            try
            {
                action(i);
                progress?.Report(new OperationProgress(activity, nodes[i].FullName, Interlocked.Increment(ref done), nodes.Length, null));
            }
            catch (XenKubeException error)
            {
                errors[i] = error;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                errors[i] = NodeDisk.Unexpected(nodes[i].DiskPath, error);
            }
        });
        return errors;
    }
}
