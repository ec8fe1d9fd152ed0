using System.Management.Automation;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Lets paused guests continue.</summary>
[Cmdlet(VerbsLifecycle.Resume, "XenGuest", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenGuest))]
public sealed class ResumeXenGuestCommand : PauseCommand
{
    /// <inheritdoc/>
    protected override bool Pauses => false;
}
