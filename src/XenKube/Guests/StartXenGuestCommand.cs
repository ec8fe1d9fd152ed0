using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Etcd;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Starts guests, several at once.</summary>
[Cmdlet(VerbsLifecycle.Start, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias(Commands.Guide.GuideWord.Up)]
[OutputType(typeof(XenGuest))]
public sealed class StartXenGuestCommand : GuestCommand
{
    /// <summary>What to wait for before the command ends: Running, Address, Ssh, Ignition or Gone. Default: nothing.</summary>
    [Parameter]
    public GuestCondition? Wait { get; set; }

    /// <summary>Leaves the guests paused; Resume-XenGuest lets them run.</summary>
    [Parameter]
    public SwitchParameter Paused { get; set; }

    /// <summary>Starts guests with copies of the kernels on their disks, where no boot loader can be installed.</summary>
    [Parameter]
    public SwitchParameter ExtractKernel { get; set; }

    /// <inheritdoc/>
    protected override string Activity => "Starting guests";

    /// <inheritdoc/>
    protected override string Sentence(Node node) =>
        $"Start the guest {node.GuestName} from {node.GuestConfigPath}{(ExtractKernel ? " with a copy of the kernel on its disk" : "")}";

    /// <inheritdoc/>
    protected override IReadOnlyList<GuestResult> Act(XenGuests guests, IReadOnlyList<string> configPaths, GuestActionOptions options,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(guests);
        EtcdStartGuard.Refuse(configPaths, token);
        return guests.Start(configPaths, options with { Paused = Paused, ExtractKernel = ExtractKernel, Wait = Wait }, token);
    }
}
