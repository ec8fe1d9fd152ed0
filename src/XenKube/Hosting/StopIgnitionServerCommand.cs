using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Stops embedded servers of this process.</summary>
[Cmdlet(VerbsLifecycle.Stop, "IgnitionServer", SupportsShouldProcess = true)]
[Alias("Stop-XenIgnitionServer")]
[OutputType(typeof(void))]
public sealed class StopIgnitionServerCommand : XenKubeCommand
{
    /// <summary>The servers, as Start-IgnitionServer returned them. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            Stop(RunningServers.All);
            return;
        }
        foreach (var element in PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => Stop([element.BaseObject as IgnitionServer ?? throw new InvalidInputException(
                ErrorIds.InputInvalid, null, null, $"{new PipedObject(element)} is not a server of this session",
                "Pipe servers, as Start-IgnitionServer returned them")]));
        }
    }

    private void Stop(IEnumerable<IgnitionServer> servers)
    {
        foreach (var server in servers)
        {
            if (Should($"Stop serving {server.Options.Root} at {server.Uri}"))
            {
                RunningServers.Stop(server);
            }
        }
    }
}
