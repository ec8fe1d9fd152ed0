using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Restarts guests, several at once; with -Force destroys and starts them.</summary>
[Cmdlet(VerbsLifecycle.Restart, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class RestartXenGuestCommand : GuestCommand
{
    /// <summary>Destroys the guests and starts them again, instead of asking them to restart, and does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What to wait for before the command ends: Running, Address, Ssh, Ignition or Gone. Default: nothing.</summary>
    [Parameter]
    public GuestCondition? Wait { get; set; }

    /// <inheritdoc/>
    protected override string Activity => "Restarting guests";

    /// <inheritdoc/>
    protected override string Sentence(Node node) =>
        Force
            ? $"Destroy the guest {node.GuestName} and start it again from {node.GuestConfigPath}"
            : $"Restart the guest {node.GuestName} of {node.GuestConfigPath}";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return guests.Restart(configPaths, options with { Force = Force, Wait = Wait }, token);
    }
}
