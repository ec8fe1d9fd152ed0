using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Lists which client requested which config and when, from the embedded servers of this process or from nginx's log.</summary>
[Cmdlet(VerbsCommon.Get, "IgnitionRequest", DefaultParameterSetName = NameSet)]
[Alias("Get-XenIgnitionRequest")]
[OutputType(typeof(IgnitionRequest))]
public sealed class GetIgnitionRequestCommand : XenDirCommand
{
    private const string NameSet = "Name";
    private const string InputObjectSet = "InputObject";

    /// <summary>
    /// The cluster; or cluster and node with a slash between. Wildcards are allowed. Default: all requests, including those that do not
    /// belong to a node.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <summary>Nodes, or what names them, whose requests are listed; or a file of nginx's log.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Requests from this moment on.</summary>
    [Parameter]
    public DateTime? Since { get; set; }

    /// <summary>nginx's access log. Default: /var/log/nginx/access.log, if no embedded server is running.</summary>
    [Parameter]
    [Alias("PSPath", "LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            Guard(LogPath, () => Write(Cluster is null ? null : NodeName.Parse(Cluster), LogPath));
            return;
        }
        foreach (var element in PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () =>
            {
                var item = new PipedObject(element);
                if (item.FilePath is { } file && item.Value is not DirectoryInfo && FindNode(file) is null)
                {
                    Write(null, file);
                    return;
                }
                foreach (var node in NodesOf(element))
                {
                    Guard(node, () => Write(new NodeName(node.Cluster, node.Name), LogPath));
                }
            });
        }
    }

    private Node? FindNode(string file) => UsableDirectory is { } directory && OwnFile(file) is { } path
        ? new NodeStore(directory).FindByFile(path) : null;

    private void Write(NodeName? wanted, string? log)
    {
        var since = Since is { } moment ? new DateTimeOffset(moment) : (DateTimeOffset?)null;
        var requests = log is null && RunningServers.All is { Count: > 0 } servers
            ? servers.SelectMany(server => server.Requests).OrderBy(request => request.Time)
            : ReadLog(log);
        WriteObject(requests.Where(request => (since is null || request.Time >= since)
            && (wanted is not { } name || (NamePattern.IsMatch(name.Cluster, request.Cluster, ignoresCase: true) && request.Node.Length > 0
                && NamePattern.IsMatch(name.Node, request.Node, ignoresCase: true)))), enumerateCollection: true);
    }

    private IEnumerable<IgnitionRequest> ReadLog(string? log)
    {
        var reading = NginxAccessLog.ReadLog(log is null ? NginxAccessLog.DefaultPath : Resolve(log));
        if (reading.Problem.Length > 0)
        {
            WriteWarning(reading.Problem);
        }
        return reading.Requests;
    }
}
