using System.Management.Automation;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Pauses guests: they keep their memory but get no processor time.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class SuspendXenGuestCommand : PauseCommand
{
    /// <inheritdoc/>
    protected override bool Pauses => true;
}
