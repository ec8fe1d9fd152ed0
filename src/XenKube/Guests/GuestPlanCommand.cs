using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>The base of cmdlets that plan guest configurations for all nodes of a call together, and write those that are wanted.</summary>
public abstract class GuestPlanCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];

    /// <summary>
    /// Memory, such as 2GB; a number below a million is in MiB, as for xl. Default: for a new guest by role, or 1024 MiB.
    /// </summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? Memory { get; set; }

    /// <summary>Virtual processors. Default: for a new guest by role, or 1.</summary>
    [Parameter]
    [ValidateRange(1, 512)]
    public int? VCpu { get; set; }

    /// <summary>
    /// The bridge to which the first network card is attached. Default: for a new guest the bridge of the settings, virbr1.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BridgeCompleter))]
    public string? Bridge { get; set; }

    /// <summary>The VLAN of the first network card, 1 to 4094.</summary>
    [Parameter]
    [ValidateRange(1, 4094)]
    public int? Vlan { get; set; }

    /// <summary>The disks after the first one, attached as xvdb, xvdc and so on, in place of those that the guest has.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AdditionalDisk { get; set; } = [];

    /// <summary>
    /// The kind of guest. Default: PVH for a new guest that XenKube's boot loader starts, where the host and the kernel can do that, else
    /// PV.
    /// </summary>
    [Parameter]
    public GuestType? Type { get; set; }

    /// <summary>
    /// The boot loader: XenKube, Pygrub, or the path of another program. Default: for a new guest by what its disk holds, pygrub for
    /// Container Linux' Xen images and XenKube's own for Flatcar and Fedora CoreOS.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BootLoaderCompleter))]
    public string? BootLoader { get; set; }

    /// <summary>Starts the guests with the host; -AutoStart:$false does not.</summary>
    [Parameter]
    public SwitchParameter AutoStart { get; set; }

    private protected override bool TakesDomainNames => true;

    /// <inheritdoc/>
    protected sealed override void ProcessNode(Node node) => _nodes.Add(node);

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        foreach (var group in _nodes.GroupBy(node => DirectoryOf(node).Path))
        {
            Guard(null, () => Apply([.. group]));
        }
    }

    private protected abstract GuestPlan Plan(NodeGuests host, IReadOnlyList<Node> nodes);

    private protected abstract string Sentence(PlannedGuest guest);

    private protected abstract void Written(IReadOnlyList<XenGuest> guests);

    private protected GuestRequest Common(GuestRequest request) => request with
    {
        Memory = GuestMemory.ToMiB(Memory),
        VCpus = VCpu,
        Bridge = Bridge,
        Vlan = Vlan,
        Type = Type,
        BootLoader = BootLoader,
        AdditionalDisks = [.. AdditionalDisk.Select(Resolve)],
    };

    private void Apply(IReadOnlyList<Node> nodes)
    {
        var host = new NodeGuests(DirectoryOf(nodes[0]));
        var plan = Plan(host, nodes);
        foreach (var warning in plan.Warnings)
        {
            WriteWarning(warning);
        }
        var chosen = plan.Guests.Where(guest => ShouldFor(nodes.First(node => node.GuestConfigPath == guest.ConfigPath),
            Sentence(guest))).Select(guest => guest.Name).ToHashSet();
        if (chosen.Count == 0)
        {
            return;
        }
        var paths = host.Write(plan, chosen, StopToken).Guests.Where(guest => chosen.Contains(guest.Name)).Select(guest => guest.ConfigPath)
            .ToHashSet();
        if (MyInvocation.BoundParameters.ContainsKey(nameof(AutoStart)))
        {
            host.SetAutoStart([.. paths], AutoStart);
        }
        Written([.. host.Open().List(null, StopToken).Where(guest => guest.GuestConfigPath is { } path && paths.Contains(path))]);
    }
}
