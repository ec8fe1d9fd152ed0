using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Shuts guests down, several at once; destroys them with -Force, or when called as kdestroy.</summary>
[Cmdlet(VerbsLifecycle.Stop, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias(Commands.Guide.GuideWord.Down, Commands.Guide.GuideWord.Destroy)]
[OutputType(typeof(XenGuest))]
public sealed class StopXenGuestCommand : GuestCommand
{
    /// <summary>
    /// Destroys the guests instead of asking them to shut down, as if their power failed, and does not ask. kdestroy without it asks.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Waits until the guests are gone.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override string Activity => "Stopping guests";

    /// <inheritdoc/>
    protected override bool IsForced => Force;

    /// <inheritdoc/>
    protected override bool Destroys => Force || GuideWord == Commands.Guide.GuideWord.Destroy;

    /// <inheritdoc/>
    protected override string Sentence(Node node) =>
        Destroys
            ? $"Destroy the guest {node.GuestName} of {node.GuestConfigPath}"
            : $"Shut down the guest {node.GuestName} of {node.GuestConfigPath}";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return guests.Stop(configPaths, options with { Force = Destroys, Wait = Wait ? GuestCondition.Gone : null }, token);
    }
}
