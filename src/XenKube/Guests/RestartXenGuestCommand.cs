using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Restarts guests, several at once; with -Force destroys and starts them.</summary>
[Cmdlet(VerbsLifecycle.Restart, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class RestartXenGuestCommand : GuestCommand
{
    /// <summary>Destroys the guests and starts them again, instead of asking them to restart.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Waits until the guests are as -For says.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>What -Wait waits for.</summary>
    [Parameter]
    public GuestCondition For { get; set; } = GuestCondition.Ssh;

    /// <inheritdoc/>
    protected override string Activity => "Restarting guests";

    /// <inheritdoc/>
    protected override string Sentence(Node node) => Force ? $"Destroy the guest {node.GuestName} and start it again from {node.GuestConfigPath}" : $"Restart the guest {node.GuestName} of {node.GuestConfigPath}";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        return guests.Restart(configPaths, options with { Force = Force, Wait = Wait ? For : null }, token);
    }
}
