using System.Net;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Clusters;

/// <summary>The guests of nodes: their configurations made from a XENDIR's settings and reservations.</summary>
public sealed class NodeGuests
{
    private readonly XenDirectory _directory;

    /// <summary>Opens the guests of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    public NodeGuests(XenDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
    }

    /// <summary>How to talk to Xen: the xl on the PATH, and where the settings say that guests are saved.</summary>
    internal XlDriver Xl
    {
        get => field ??= new XlDriver(new XlOptions
        {
            SystemRoot = _directory.SystemRoot,
            SavedGuests = [.. _directory.Settings.SavedGuests.Select(path => Path.GetFullPath(path, _directory.Path))],
        });
        init;
    }

    /// <summary>The guests and their domains, and what can be done with them.</summary>
    /// <param name="xl">How to talk to Xen; null for the xl on the PATH.</param>
    /// <param name="requests">The requests for configs from a moment on, oldest first; null for those in nginx's log.</param>
    public XenGuests Open(XlDriver? xl = null, Func<DateTimeOffset?, IEnumerable<IgnitionRequest>>? requests = null)
    {
        xl ??= Xl;
        var fetches = new IgnitionFetches(_directory, requests, xl);
        return new(xl, _directory.GuestsPath, Reservations())
        {
            Lock = _directory.Lock,
            CopyKernel = KernelCopy.Make,
            HasFetched = (guest, started) => guest.GuestConfigPath is { } path && new NodeStore(_directory).FindByFile(path) is { } node
                && fetches.Find(node, started) is not null,
            RequireFetch = path =>
            {
                if (new NodeStore(_directory).FindByFile(path) is { } node)
                {
                    IgnitionFetches.RequireFetch(node);
                }
            },
        };
    }

    /// <summary>Plans the guest configurations of nodes, held against those of all clusters; nothing is written yet.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="customize">Changes the request of a node: memory, role, addresses; null for none.</param>
    /// <param name="firstAddress">The address from which the nodes take theirs, one after the other; null for the next free
    /// reservations.</param>
    /// <param name="force">True to replace configurations that are there.</param>
    /// <exception cref="ItemExistsException">A name, MAC address, disk or file is taken.</exception>
    /// <exception cref="ItemNotFoundException">There is no reservation left.</exception>
    public GuestPlan Plan(IReadOnlyList<Node> nodes, Func<Node, GuestRequest, GuestRequest>? customize = null,
        IPAddress? firstAddress = null, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var settings = _directory.Settings;
        var boot = new NodeBootDefaults(Xl);
        var requests = nodes.Select(node =>
        {
            var request = new GuestRequest(NodeName.UsualGuestName(node.Cluster, node.Name), node.DiskPath, node.GuestConfigPath)
            {
                ConfigDiskPath = node.ConfigDiskPath,
                HasConfigDisk = node.ConfigSource == ConfigSource.Disk,
            };
            request = customize is null ? request : customize(node, request);
            return boot.Complete(node, request, request.BasedOn ?? (force ? NodeBoot.TryReadConfig(node) : null));
        });
        return GuestPlan.Create([.. requests], new GuestPlanOptions
        {
            ConfigFiles = ConfigFiles(),
            Reservations = Reservations(),
            FirstAddress = firstAddress,
            Force = force,
            Defaults = new GuestDefaults { Bridge = settings.Bridge, Memory = settings.Memory, VCpus = settings.VCpus,
                MacPrefix = settings.MacPrefix },
        });
    }

    /// <summary>Plans changes of configurations that are there; nothing is written yet.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="customize">Says what is to be changed; everything else stays as it is.</param>
    /// <exception cref="ItemNotFoundException">One of the nodes has no configuration.</exception>
    public GuestPlan PlanChange(IReadOnlyList<Node> nodes, Func<Node, GuestRequest, GuestRequest> customize)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        // A configuration that cannot be read is an error here, and must not be replaced.
        var names = nodes.ToDictionary(node => node.FullName, node => XenGuestConfig.Read(node.GuestConfigPath).Name);
        return Plan(nodes, (node, request) => customize(node, request
            with { Name = names[node.FullName] ?? request.Name, KeepsDisk = true }), force: true);
    }

    /// <summary>Has guests start with the host, or not.</summary>
    /// <param name="configPaths">Their configurations.</param>
    /// <param name="isOn">True to start them.</param>
    public void SetAutoStart(IReadOnlyList<string> configPaths, bool isOn)
    {
        ArgumentNullException.ThrowIfNull(configPaths);
        var auto = new GuestAutoStart(Xl.Options.SystemRoot);
        foreach (var path in configPaths)
        {
            auto.Set(path, isOn);
        }
    }

    /// <summary>
    /// Writes planned configurations. They are planned once more with the XENDIR locked: another process may have taken a name
    /// or an address in the meantime.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="names">Names of the guests to write; null for all.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <returns>The plan as it was carried out: where an address was taken meanwhile, with the next one.</returns>
    public GuestPlan Write(GuestPlan plan, IReadOnlyCollection<string>? names = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using var held = _directory.Lock("writing guest configurations", cancellationToken);
        var now = plan.Again(ConfigFiles(), Reservations());
        now.Write(names);
        return now;
    }

    /// <summary>The addresses that dnsmasq has reserved for one card each; none where it is told of none.</summary>
    public IReadOnlyList<GuestAddress> Reservations()
    {
        var settings = _directory.Settings;
        return DhcpReservations.Read(_directory.ReservationsPath, settings.Bridge, IPAddress.Parse(settings.Address)).GuestAddresses;
    }

    /// <summary>The configurations of all clusters, and those of the host that are in no cluster.</summary>
    internal IReadOnlyList<string> ConfigFiles()
    {
        string[] own = Directory.Exists(_directory.GuestsPath)
            ? Directory.GetFiles(_directory.GuestsPath, $"*{XenDirLayout.GuestConfigExtension}",
                new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            : [];
        return [.. own, .. HostGuestConfigs.Find(Xl.Options.SystemRoot, own)];
    }
}
