using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Removes guest configurations; the nodes' disks and configs stay.</summary>
[Cmdlet(VerbsCommon.Remove, "XenGuest", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class RemoveXenGuestCommand : GuestCommand
{
    /// <summary>Destroys a running guest before it is removed, and does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override string Activity => "Removing guests";

    /// <inheritdoc/>
    protected override bool Destroys => true;

    /// <inheritdoc/>
    protected override bool IsForced => Force;

    /// <inheritdoc/>
    protected override string Sentence(Node node) =>
        $"{(Force ? "Destroy the guest if it runs, and remove" : "Remove")} the guest configuration {node.GuestConfigPath}";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return guests.Remove(configPaths, options with { Force = Force }, token);
    }
}
