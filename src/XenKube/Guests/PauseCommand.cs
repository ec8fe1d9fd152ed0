using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>The base of the two cmdlets that take the processor from guests and give it back.</summary>
public abstract class PauseCommand : GuestCommand
{
    /// <summary>True where the guests are paused, false where they run on.</summary>
    protected abstract bool Pauses { get; }

    /// <inheritdoc/>
    protected override string Activity => Pauses ? "Pausing guests" : "Resuming guests";

    /// <inheritdoc/>
    protected override string Sentence(Node node) =>
        Pauses
            ? $"Pause the guest {node.GuestName} of {node.GuestConfigPath}"
            : $"Let the guest {node.GuestName} of {node.GuestConfigPath} continue";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return Pauses ? guests.Suspend(configPaths, options, token) : guests.Resume(configPaths, options, token);
    }
}
