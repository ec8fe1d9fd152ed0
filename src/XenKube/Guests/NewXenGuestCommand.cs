using System.Management.Automation;
using System.Net;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Guests;
using XenKube.Hosting;

namespace XenKube.Commands.Guests;

/// <summary>Writes the guest configurations of nodes for xl, with addresses from the reservations.</summary>
[Cmdlet(VerbsCommon.New, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class NewXenGuestCommand : GuestPlanCommand
{
    /// <summary>The role of the guest: a master gets 2048 MiB and 2 processors, a worker 1536 MiB and 1.</summary>
    [Parameter]
    public GuestRole Role { get; set; }

    /// <summary>The MAC address of a single guest. Default: one that is reserved and free.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public string? MacAddress { get; set; }

    /// <summary>The IP address whose reservation a single guest takes.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public IPAddress? IPAddress { get; set; }

    /// <summary>The reservation that a single guest takes, as Get-DhcpReservation returns it.</summary>
    [Parameter]
    public DhcpReservation? Reservation { get; set; }

    /// <summary>
    /// The first address of the block of ten from which the guests get their addresses, in order: 192.168.100.20 for .20, .21, and so on.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(ReservationCompleter))]
    public IPAddress? FirstAddress { get; set; }

    /// <summary>The script that attaches the network card, such as vif-openvswitch. Default: xl's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? VifScript { get; set; }

    /// <summary>
    /// Further network cards: a bridge, or bridge=xenbr1,mac=00:16:3e:00:00:01,vlan=42,script=vif-openvswitch,model=virtio-net. A card
    /// without a MAC address gets one that stays the same.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AdditionalNetwork { get; set; } = [];

    /// <summary>A kernel on dom0, for guests that are started without a boot loader.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Kernel { get; set; }

    /// <summary>Changes guest configurations that exist: what is not asked for stays as it is, the address too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override GuestPlan Plan(NodeGuests host, IReadOnlyList<Node> nodes) =>
        host.Plan(nodes, (_, request) => Request(Common(request)), FirstAddress, Force);

    private protected override string Sentence(PlannedGuest guest) =>
        $"Write the guest configuration of {guest.Name}, {guest.MacAddress}{(guest.IPAddress is null ? "" : $" at {guest.IPAddress}")}, to {guest.ConfigPath}";

    private protected override void Written(IReadOnlyList<XenGuest> guests) => WriteObject(guests, enumerateCollection: true);

    private GuestRequest Request(GuestRequest request) => request with
    {
        Role = Role,
        MacAddress = MacAddress is null ? Reservation?.MacAddress : XenKube.Networks.MacAddress.Parse(MacAddress),
        IPAddress = IPAddress ?? Reservation?.IPAddress,
        VifScript = VifScript,
        AdditionalCards = [.. AdditionalNetwork.Select(GuestCard.Parse)],
        Kernel = Kernel is null ? null : Resolve(Kernel),
    };
}
