using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Waits until guests have fetched their configs.</summary>
[Cmdlet(VerbsLifecycle.Wait, "Ignition", DefaultParameterSetName = NameSet)]
[Alias("Wait-XenIgnition")]
[OutputType(typeof(IgnitionRequest))]
public sealed class WaitIgnitionCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];

    /// <summary>The time to wait for all of them, in seconds. Default: 300.</summary>
    [Parameter]
    [ValidateRange(1, SpanLimits.WaitSeconds)]
    public int Timeout { get; set; } = 300;

    /// <summary>
    /// The time from which any fetch is accepted. Default: the guest's last start or the last publication of the config, whichever is
    /// later.
    /// </summary>
    [Parameter]
    public DateTime? Since { get; set; }

    /// <summary>nginx's access log. Default: /var/log/nginx/access.log, if no embedded server is running.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node) => _nodes.Add(node);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var end = DateTimeOffset.UtcNow.AddSeconds(Timeout);
        for (var i = 0; i < _nodes.Count; i++)
        {
            var node = _nodes[i];
            var done = i;
            Guard(node, () => WriteObject(RunWithProgress(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"Waiting for {_nodes.Count} of the guests to fetch their configs"), (progress, token) =>
            {
                progress.Report(new OperationProgress("Waiting for Ignition", node.FullName, done, _nodes.Count, null));
                return Wait(node, end - DateTimeOffset.UtcNow, token);
            })));
        }
    }

    private IgnitionRequest Wait(Node node, TimeSpan left, CancellationToken token)
    {
        var fetches = new IgnitionFetches(DirectoryOf(node), RequestsOf(node));
        var request = fetches.Wait(node, left > TimeSpan.Zero ? left : TimeSpan.Zero, Since is { } since
            ? new DateTimeOffset(since) : null, token);
        return request ?? throw new OperationFailedException(ErrorIds.WaitTimeout, node.IgnitionUri.ToString(), null,
            $"the guest of {node} did not fetch its config in time{Unread(node)}",
            "Look at its console (Enter-XenGuest), and at Test-Node and Test-IgnitionEndpoint");
    }

    private Func<DateTimeOffset?, IEnumerable<IgnitionRequest>>? RequestsOf(Node node)
    {
        if (LogPath is null)
        {
            return RunningServers.RequestsOf(node);
        }
        var log = Resolve(LogPath);
        return since => File.Exists(log) ? NginxAccessLog.Read(log, since) : [];
    }

    /// <summary>A log that cannot be read whole does not prove that nothing was fetched.</summary>
    private string Unread(Node node)
    {
        if (LogPath is null && RunningServers.RequestsOf(node) is not null)
        {
            return "";
        }
        try
        {
            return NginxAccessLog.ReadLog(LogPath is null
                ? NginxAccessLog.DefaultPath : Resolve(LogPath)).Problem is { Length: > 0 } problem ? $"; {problem}" : "";
        }
        catch (XenKubeException e)
        {
            return $"; {e.Fault}";
        }
    }
}
