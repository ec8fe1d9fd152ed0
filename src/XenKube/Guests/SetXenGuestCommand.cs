using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Changes guest configurations: memory, processors, bridge, disks. Everything else in them stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class SetXenGuestCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];

    /// <summary>Memory, such as 2GB; a number below a million is in MiB, as for xl.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? Memory { get; set; }

    /// <summary>Virtual processors.</summary>
    [Parameter]
    [ValidateRange(1, 512)]
    public int? VCpu { get; set; }

    /// <summary>The bridge to which the first network card is attached.</summary>
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

    /// <summary>Starts the guests with the host; -AutoStart:$false does not.</summary>
    [Parameter]
    public SwitchParameter AutoStart { get; set; }

    /// <summary>Returns the guests as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node) => _nodes.Add(node);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var group in _nodes.GroupBy(node => DirectoryOf(node).Path))
        {
            Guard(null, () => Change([.. group]));
        }
    }

    private void Change(IReadOnlyList<Node> nodes)
    {
        var host = new NodeGuests(DirectoryOf(nodes[0]));
        var plan = host.PlanChange(nodes, (_, request) => request with
        {
            Memory = GuestMemory.ToMiB(Memory),
            VCpus = VCpu,
            Bridge = Bridge,
            Vlan = Vlan,
            AdditionalDisks = [.. AdditionalDisk.Select(Resolve)],
        });
        foreach (var warning in plan.Warnings)
        {
            WriteWarning(warning);
        }
        var chosen = plan.Guests.Where(guest => Should($"Change the guest configuration of {guest.Name}, {guest.ConfigPath}"))
            .Select(guest => guest.Name).ToHashSet();
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
        var warnings = new List<string>();
        var guests = host.Open().List(warnings.Add, StopToken).Where(guest => guest.GuestConfigPath is { } path && paths.Contains(path))
            .ToList();
        foreach (var guest in guests.Where(guest => guest.IsActive))
        {
            WriteWarning($"{guest.Name} has a domain; the change takes effect when the guest is stopped and started again");
        }
        if (PassThru)
        {
            WriteObject(guests, enumerateCollection: true);
        }
    }
}
