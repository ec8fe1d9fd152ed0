using System.Globalization;
using System.Net;
using XenKube.Guests;
using XenKube.Hosting;

namespace XenKube.Clusters;

/// <summary>
/// Refreshes the nodes of a running cluster, one after another: each guest is asked to shut down, refreshed, started, and waited for until
/// it has fetched its config, or, where its config comes on a disk, until its ssh server greets. The
/// first node that fails ends it; the others are left running. Every step looks at what is there, so that a run that was interrupted
/// anywhere can be started again.
/// </summary>
public sealed class RollingRefresh
{
    private readonly XenDirectory _directory;
    private readonly XenGuests _guests;
    private readonly IRefreshGuard? _guard;

    /// <summary>Opens the nodes of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="xl">How to talk to Xen; null for the xl on the PATH.</param>
    /// <param name="requests">The requests for configs from a moment on, oldest first; null for those in nginx's log.</param>
    /// <param name="guard">What keeps the cluster of the nodes alive; null for nothing.</param>
    public RollingRefresh(XenDirectory directory, XlDriver? xl = null, Func<DateTimeOffset?, IEnumerable<IgnitionRequest>>? requests = null,
        IRefreshGuard? guard = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        (_directory, _guard) = (directory, guard);
        _guests = new NodeGuests(directory).Open(xl, requests);
    }

    /// <summary>Refreshes nodes.</summary>
    /// <param name="nodes">The nodes, in the order in which they are refreshed.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told what happens to which node, or null.</param>
    /// <param name="cancellationToken">Ends it between two steps; a guest that was stopped may then be left stopped.</param>
    /// <returns>The resets of the nodes that are away at the same time, as soon as all of these have returned.</returns>
    /// <exception cref="AggregateException">What is wrong with which node. If a config or guest configuration is, no guest was
    /// stopped.</exception>
    public IEnumerable<IReadOnlyList<IgnitionReset>> Run(IReadOnlyList<Node> nodes, RollingRefreshOptions options,
        IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(options);
        Node[] own = [.. nodes.DistinctBy(node => node.FullName)];
        CheckInputs(own, options);
        foreach (var group in own.Chunk(Math.Max(1, options.ThrottleLimit)))
        {
            _guard?.RequireSpare(group, cancellationToken);
        }
        var done = 0;
        foreach (var group in own.Chunk(Math.Max(1, options.ThrottleLimit)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Refresh(group, options, done, own, progress, cancellationToken);
            done += group.Length;
        }
    }

    /// <summary>A config that does not transpile is found before the first guest is stopped for it.</summary>
    private void CheckInputs(IEnumerable<Node> nodes, RollingRefreshOptions options)
    {
        var errors = new List<XenKubeException>();
        foreach (var node in nodes)
        {
            try
            {
                var config = new NodeConfig(_directory, node);
                var expansion = config.HasTemplate ? config.PrepareTemplate(options.Reset.ForceTemplate) : null;
                if (expansion?.Text is not null || File.Exists(node.ConfigPath))
                {
                    _ = config.RequireTranspiled(expansion);
                }
                GuestPreflight.Check(XenGuestConfig.Read(node.GuestConfigPath));
                if (options.Condition == GuestCondition.Ignition)
                {
                    IgnitionFetches.RequireFetch(node with { ConfigSource = SourceOf(node, options) });
                }
            }
            catch (XenKubeException e)
            {
                errors.Add(e);
            }
        }
        if (errors.Count > 0)
        {
            throw new AggregateException(errors);
        }
    }

    private IReadOnlyList<IgnitionReset> Refresh(Node[] group, RollingRefreshOptions options, int done, Node[] all,
        IProgress<OperationProgress>? progress, CancellationToken cancellationToken)
    {
        void Tell(string activity, string name) => progress?.Report(new OperationProgress(activity, name, done, all.Length, null));
        void Require(IReadOnlyList<GuestResult> results)
        {
            if (results.Select(result => result.Error).OfType<XenKubeException>().ToArray() is { Length: > 0 } errors)
            {
                throw new AggregateException(errors);
            }
        }
        string[] paths = [.. group.Select(node => node.GuestConfigPath)];
        var names = string.Join(", ", group.Select(node => node.FullName));
        var hadEtcd = group.Select(node => Address(node) is { } address && EtcdHealth.IsHealthy(address, cancellationToken)).ToArray();
        var actions = new GuestActionOptions { ThrottleLimit = group.Length, Timeout = options.Timeout };
        // What was true of the cluster at the beginning need not be true after the nodes before.
        _guard?.RequireSpare(group, cancellationToken);
        Tell("Stopping guests", names);
        Require(_guests.Stop(paths, actions with { Wait = GuestCondition.Gone }, cancellationToken));
        Tell("Resetting Ignition", names);
        var resets = new IgnitionResetter(_directory).Reset(group, options.Reset, cancellationToken: cancellationToken);
        Tell("Starting guests", names);
        // A guest that fetches nothing is known to be back by what it answers.
        foreach (var part in group.GroupBy(node => SourceOf(node, options) == ConfigSource.Http).OrderBy(part => part.Key))
        {
            Require(_guests.Start([.. part.Select(node => node.GuestConfigPath)], actions
                with { Wait = part.Key ? GuestCondition.Ignition : options.Condition ?? GuestDefaults.Condition }, cancellationToken));
        }
        if (options.Condition is { } condition and not GuestCondition.Ignition)
        {
            Tell("Waiting for guests", names);
            Require(_guests.Wait(paths, condition, actions, cancellationToken));
        }
        for (var i = 0; i < group.Length; i++)
        {
            if (hadEtcd[i])
            {
                Tell("Waiting for etcd", group[i].FullName);
                var address = Address(group[i])!;
                GuestBatch.Until(group[i].GuestConfigPath, string.Create(CultureInfo.InvariantCulture,
                    $"have a healthy etcd at {address}:{EtcdHealth.Port}"), options.Timeout, () =>
                        EtcdHealth.IsHealthy(address, cancellationToken), cancellationToken);
            }
        }
        if (_guard is not null)
        {
            Tell("Waiting for the cluster", names);
            _guard.WaitBack(group, options.Timeout, cancellationToken);
        }
        return resets;
    }

    private static ConfigSource SourceOf(Node node, RollingRefreshOptions options) => options.Reset.ConfigSource ?? node.ConfigSource;

    private static IPAddress? Address(Node node) => IPAddress.TryParse(node.IPAddress, out var address) ? address : null;
}
