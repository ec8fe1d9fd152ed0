using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands;

/// <summary>Pauses guests: they keep their memory and get no processor.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class SuspendXenGuestCommand : GuestCommand
{
    /// <inheritdoc/>
    protected override string Activity => "Pausing guests";

    /// <inheritdoc/>
    protected override string Sentence(Node node) => $"Pause the guest {node.GuestName}";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return guests.Suspend(configPaths, options, token);
    }
}
