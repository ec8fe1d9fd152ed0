using System.Net;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>The guests of a XENDIR: what its settings say about guests, put together with what makes and drives them.</summary>
public sealed class ClusterGuests
{
    private readonly XenDirectory _directory;

    /// <summary>Opens the guests of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="xl">How to talk to Xen; null for the host's own xl.</param>
    public ClusterGuests(XenDirectory directory, XlDriver? xl = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
        Guests = new XenGuests(xl ?? new XlDriver(), directory.GuestsPath, Reservations);
    }

    /// <summary>The guests themselves.</summary>
    public XenGuests Guests { get; }

    /// <summary>The addresses that dnsmasq has reserved; none where there is no file of reservations.</summary>
    public IReadOnlyList<GuestAddress> Reservations { get; } = [];

    /// <summary>Plans guest configurations for nodes. Nothing is written before the plan's Write.</summary>
    /// <param name="requests">The guests that are to be made.</param>
    /// <param name="firstAddress">The first address of the block of ten that they take theirs from; null for any free reservation.</param>
    /// <param name="force">True to replace configurations that exist.</param>
    public GuestPlan Plan(IReadOnlyList<GuestRequest> requests, IPAddress? firstAddress = null, bool force = false)
    {
        var settings = _directory.Settings;
        return GuestPlan.Create(requests, new GuestPlanOptions
        {
            ConfigFiles = [.. GuestConfigFile.All(_directory.GuestsPath).Select(file => file.Path)],
            Reservations = Reservations,
            FirstAddress = firstAddress,
            Force = force,
            Defaults = new GuestDefaults { Bridge = settings.Bridge, Memory = settings.Memory, VCpus = settings.VCpus, MacPrefix = settings.MacPrefix },
        });
    }
}
