using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Lists which client requested which config and when, from the embedded servers of this process or from nginx's log.</summary>
[Cmdlet(VerbsCommon.Get, "IgnitionRequest")]
[OutputType(typeof(IgnitionRequest))]
public sealed class GetIgnitionRequestCommand : XenKubeCommand
{
    /// <summary>
    /// The cluster; or cluster and node with a slash between. Wildcards are allowed. Default: all requests, including those that do not
    /// belong to a node.
    /// </summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <summary>Requests from this moment on.</summary>
    [Parameter]
    public DateTime? Since { get; set; }

    /// <summary>nginx's access log. Default: /var/log/nginx/access.log, if no embedded server is running.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(LogPath, () =>
    {
        var name = Cluster is null ? (NodeName?)null : NodeName.Parse(Cluster);
        var since = Since is { } moment ? new DateTimeOffset(moment) : (DateTimeOffset?)null;
        var requests = LogPath is null && RunningServers.All is { Count: > 0 } servers
            ? servers.SelectMany(server => server.Requests).OrderBy(request => request.Time)
            : ReadLog();
        WriteObject(requests.Where(request => (since is null || request.Time >= since)
            && (name is not { } wanted || (NamePattern.IsMatch(wanted.Cluster, request.Cluster) && request.Node.Length > 0
                && NamePattern.IsMatch(wanted.Node, request.Node)))), enumerateCollection: true);
    });

    private IEnumerable<IgnitionRequest> ReadLog()
    {
        var reading = NginxAccessLog.ReadLog(LogPath is null ? NginxAccessLog.DefaultPath : Resolve(LogPath));
        if (reading.Problem.Length > 0)
        {
            WriteWarning(reading.Problem);
        }
        return reading.Requests;
    }
}
