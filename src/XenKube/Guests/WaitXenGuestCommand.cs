using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Waits until guests run, answer, can be reached by ssh, have fetched their configs, or are gone.</summary>
[Cmdlet(VerbsLifecycle.Wait, "XenGuest", DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class WaitXenGuestCommand : GuestCommand
{
    /// <summary>What to wait for: Running, Address, Ssh, Ignition or Gone.</summary>
    [Parameter]
    public GuestCondition For { get; set; } = GuestDefaults.Condition;

    /// <inheritdoc/>
    protected override string Activity => "Waiting for guests";

    /// <inheritdoc/>
    protected override bool IsChange => false;

    /// <inheritdoc/>
    protected override string Sentence(Node node) => $"Wait for the guest {node.GuestName}";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return guests.Wait(configPaths, For, options, token);
    }
}
