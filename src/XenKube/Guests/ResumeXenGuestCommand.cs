using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands;

/// <summary>Lets guests that were paused run on.</summary>
[Cmdlet(VerbsLifecycle.Resume, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class ResumeXenGuestCommand : GuestCommand
{
    /// <inheritdoc/>
    protected override string Activity => "Resuming guests";

    /// <inheritdoc/>
    protected override string Sentence(Node node) => $"Let the guest {node.GuestName} run on";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return guests.Resume(configPaths, options, token);
    }
}
