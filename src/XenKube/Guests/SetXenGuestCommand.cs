using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Changes guest configurations: memory, processors, bridge, disks. Everything else in them stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class SetXenGuestCommand : GuestPlanCommand
{
    /// <summary>Returns the guests as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override GuestPlan Plan(NodeGuests host, IReadOnlyList<Node> nodes) =>
        host.PlanChange(nodes, (_, request) => Common(request));

    private protected override string Sentence(PlannedGuest guest) => $"Change the guest configuration of {guest.Name}, {guest.ConfigPath}";

    private protected override void Written(IReadOnlyList<XenGuest> guests)
    {
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
