using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Waits until guests have fetched their configs.</summary>
[Cmdlet(VerbsLifecycle.Wait, "Ignition", DefaultParameterSetName = NameSet)]
[OutputType(typeof(IgnitionRequest))]
public sealed class WaitIgnitionCommand : NodeCommand
{
    private readonly List<Node> _nodes = [];
    private DateTimeOffset _start;

    /// <summary>The time to wait for all of them, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int Timeout { get; set; } = 300;

    /// <summary>The time from which a fetch is accepted. Default: the start of the command, or of the pipeline that it is in.</summary>
    [Parameter]
    public DateTime? Since { get; set; }

    /// <summary>nginx's access log. Default: /var/log/nginx/access.log, if no embedded server is running.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _start = Since is { } since ? new DateTimeOffset(since) : DateTimeOffset.UtcNow;

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
            Guard(node, () => WriteObject(RunWithProgress(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Waiting for {_nodes.Count} of the guests to fetch their configs"), (progress, token) =>
            {
                progress.Report(new OperationProgress("Waiting for Ignition", node.FullName, done, _nodes.Count, null));
                return Wait(node, end - DateTimeOffset.UtcNow, token);
            })));
        }
    }

    private IgnitionRequest Wait(Node node, TimeSpan left, CancellationToken token)
    {
        left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        var server = LogPath is null ? RunningServers.All.FirstOrDefault(server => node.IgnitionPath.StartsWith(Path.GetFullPath(server.Options.Root) + '/', StringComparison.Ordinal)) : null;
        var request = server is not null
            ? server.WaitForFetch(node.Cluster, node.Name, left, _start, token)
            : NginxAccessLog.WaitForFetch(node.Cluster, node.Name, left, _start, LogPath is null ? NginxAccessLog.DefaultPath : Resolve(LogPath), token);
        return request ?? throw new OperationFailedException(ErrorIds.WaitTimeout, node.IgnitionUri.ToString(), null, $"the guest of {node} did not fetch its config in time", "Look at its console (Enter-XenGuest), and at Test-Node and Test-IgnitionEndpoint");
    }
}
