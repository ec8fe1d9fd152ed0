using System.Net;
using XenKube.Guests;
using XenKube.Hosting;

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
    public XenGuests Open(XlDriver? xl = null) => new(xl ?? new XlDriver(), _directory.GuestsPath, Reservations());

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

    /// <summary>The addresses that dnsmasq has reserved; none where there is no such file.</summary>
    public IReadOnlyList<GuestAddress> Reservations()
    {
        var path = _directory.ReservationsPath;
        return File.Exists(path) ? [.. DhcpReservations.Read(path).Items.Select(item => item.Address)] : [];
    }

    private string[] ConfigFiles() => Directory.Exists(_directory.GuestsPath)
        ? Directory.GetFiles(_directory.GuestsPath, "*.cfg", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
        : [];
}
