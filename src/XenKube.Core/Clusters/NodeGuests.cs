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

    /// <summary>The guests and their domains, and what can be done with them.</summary>
    /// <param name="xl">How to talk to Xen; null for the xl on the PATH.</param>
    public XenGuests Open(XlDriver? xl = null) => new(xl ?? new XlDriver(), _directory.GuestsPath, Reservations()) { Lock = _directory.Lock };

    /// <summary>Plans the guest configurations of nodes, held against those of all clusters; nothing is written yet.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="customize">Changes the request of a node: memory, role, addresses; null for none.</param>
    /// <param name="firstAddress">The address from which the nodes take theirs, one after the other; null for the next free reservations.</param>
    /// <param name="force">True to replace configurations that are there.</param>
    /// <exception cref="ItemExistsException">A name, MAC address, disk or file is taken.</exception>
    /// <exception cref="ItemNotFoundException">There is no reservation left.</exception>
    public GuestPlan Plan(IReadOnlyList<Node> nodes, Func<Node, GuestRequest, GuestRequest>? customize = null, IPAddress? firstAddress = null, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var settings = _directory.Settings;
        var requests = nodes.Select(node =>
        {
            var request = new GuestRequest($"{node.Cluster}-{node.Name}", node.DiskPath, node.GuestConfigPath);
            return customize is null ? request : customize(node, request);
        });
        return GuestPlan.Create([.. requests], new GuestPlanOptions
        {
            ConfigFiles = ConfigFiles(),
            Reservations = Reservations(),
            FirstAddress = firstAddress,
            Force = force,
            Defaults = new GuestDefaults { Bridge = settings.Bridge, Memory = settings.Memory, VCpus = settings.VCpus, MacPrefix = settings.MacPrefix },
        });
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

    private string[] ConfigFiles() => Directory.Exists(_directory.GuestsPath)
        ? Directory.GetFiles(_directory.GuestsPath, $"*{XenDirLayout.GuestConfigExtension}", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
        : [];
}
