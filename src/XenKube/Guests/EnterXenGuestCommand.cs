using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Commands.Guests;

/// <summary>Connects the terminal to a guest's console until Ctrl+] is typed.</summary>
[Cmdlet(VerbsCommon.Enter, "XenGuest", DefaultParameterSetName = NameSet)]
[OutputType(typeof(void))]
public sealed class EnterXenGuestCommand : NodeCommand
{
    private protected override bool TakesDomainNames => true;

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        // In a remote session or a job, what xl writes would be read as an answer of PowerShell's, and end the session.
        if (Host.Name == "ServerRemoteHost")
        {
            throw new InvalidInputException(ErrorIds.ConsoleMissing, node.GuestName, null, "this session has no terminal for the console",
                $"Use ssh with a terminal: ssh -t HOST xenkube guest console {node}");
        }
        var exit = new XlDriver().Console(node.GuestName);
        WriteVerbose($"xl console {node.GuestName} ended with {exit}");
        if (exit != 0)
        {
            throw new OperationFailedException(ErrorIds.ConsoleFailed, node.GuestName, null, $"xl console ended with exit code {exit}",
                "Get-XenGuest shows whether the guest runs");
        }
    }
}
