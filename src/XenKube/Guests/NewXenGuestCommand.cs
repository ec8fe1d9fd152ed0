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
public sealed class NewXenGuestCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];

    /// <summary>Memory, such as 2GB; a number below a million is in MiB, as for xl. Default: by role, or 1024 MiB.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? Memory { get; set; }

    /// <summary>Virtual processors. Default: by role, or 1.</summary>
    [Parameter]
    [ValidateRange(1, 512)]
    public int? VCpu { get; set; }

    /// <summary>The role of the guest: a master gets 2048 MiB and 2 processors, a worker 1536 MiB and 1.</summary>
    [Parameter]
    public GuestRole Role { get; set; }

    /// <summary>The bridge to which the guest is attached. Default: the bridge of the settings, virbr1.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BridgeCompleter))]
    public string? Bridge { get; set; }

    /// <summary>The MAC address of a single guest. Default: one that is reserved and free.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MacAddress { get; set; }

    /// <summary>The IP address whose reservation a single guest takes.</summary>
    [Parameter]
    public IPAddress? IPAddress { get; set; }

    /// <summary>The reservation that a single guest takes, as Get-DhcpReservation returns it.</summary>
    [Parameter]
    public DhcpReservation? Reservation { get; set; }

    /// <summary>
    /// The first address of the block of ten from which the guests get their addresses, in order: 192.168.100.20 for .20, .21, and so on.
    /// </summary>
    [Parameter]
    public IPAddress? FirstAddress { get; set; }

    /// <summary>The kind of guest. Default: PV.</summary>
    [Parameter]
    public GuestType? Type { get; set; }

    /// <summary>The VLAN of the network card, 1 to 4094.</summary>
    [Parameter]
    [ValidateRange(1, 4094)]
    public int? Vlan { get; set; }

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

    /// <summary>The boot loader. Default: pygrub for a pv guest, none for the others.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BootLoader { get; set; }

    /// <summary>A kernel on dom0, for guests that are started without a boot loader.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Kernel { get; set; }

    /// <summary>Further disk images, attached as xvdb, xvdc and so on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AdditionalDisk { get; set; } = [];

    /// <summary>Starts the guests with the host.</summary>
    [Parameter]
    public SwitchParameter AutoStart { get; set; }

    /// <summary>Changes guest configurations that exist: what is not asked for stays as it is, the address too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node) => _nodes.Add(node);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var group in _nodes.GroupBy(node => DirectoryOf(node).Path))
        {
            Guard(null, () => Create([.. group]));
        }
    }

    private void Create(IReadOnlyList<Node> nodes)
    {
        var host = new NodeGuests(DirectoryOf(nodes[0]));
        var plan = host.Plan(nodes, (_, request) => Request(request), FirstAddress, Force);
        foreach (var warning in plan.Warnings)
        {
            WriteWarning(warning);
        }
        var chosen = plan.Guests.Where(guest =>
            Should($"Write the guest configuration of {guest.Name}, {guest.MacAddress}{(guest.IPAddress is null ? "" : $" at {guest.IPAddress}")}, to {guest.ConfigPath}")).Select(guest => guest.Name).ToHashSet();
        if (chosen.Count > 0)
        {
            var written = host.Write(plan, chosen, StopToken).Guests.Where(guest => chosen.Contains(guest.Name))
                .Select(guest => guest.ConfigPath).ToHashSet();
            if (MyInvocation.BoundParameters.ContainsKey(nameof(AutoStart)))
            {
                host.SetAutoStart([.. written], AutoStart);
            }
            WriteObject(host.Open().List(null, StopToken).Where(guest => guest.GuestConfigPath is { } path && written.Contains(path)),
                enumerateCollection: true);
        }
    }

    private GuestRequest Request(GuestRequest request) => request with
    {
        Memory = GuestMemory.ToMiB(Memory),
        VCpus = VCpu,
        Role = Role,
        Bridge = Bridge,
        MacAddress = MacAddress is null ? Reservation?.MacAddress : XenKube.Networks.MacAddress.Parse(MacAddress),
        IPAddress = IPAddress ?? Reservation?.IPAddress,
        Type = Type,
        Vlan = Vlan,
        VifScript = VifScript,
        AdditionalCards = [.. AdditionalNetwork.Select(GuestCard.Parse)],
        BootLoader = BootLoader,
        Kernel = Kernel is null ? null : Resolve(Kernel),
        AdditionalDisks = [.. AdditionalDisk.Select(Resolve)],
    };
}
