using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Stops embedded servers of this process.</summary>
[Cmdlet(VerbsLifecycle.Stop, "IgnitionServer", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopIgnitionServerCommand : XenKubeCommand
{
    /// <summary>The servers, as Start-IgnitionServer returned them. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public IgnitionServer[]? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var server in (IReadOnlyList<IgnitionServer>?)InputObject ?? RunningServers.All)
        {
            if (Should($"Stop serving {server.Options.Root} at {server.Uri}"))
            {
                RunningServers.Stop(server);
            }
        }
    }
}
