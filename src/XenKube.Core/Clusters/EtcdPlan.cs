using System.Globalization;

namespace XenKube.Clusters;

/// <summary>
/// The etcd cluster of a cluster's nodes as it is planned: what each member is told at its first start. Nothing of it needs a network.
/// </summary>
/// <param name="Token">The token, which keeps clusters apart.</param>
/// <param name="Members">The nodes that are members, in their order.</param>
internal sealed record EtcdPlan(string Token, IReadOnlyList<Node> Members)
{
    /// <summary>The port for clients.</summary>
    public const int ClientPort = EtcdHealth.Port;

    /// <summary>The port for the other members.</summary>
    public const int PeerPort = 2380;

    /// <summary>Nodes that join a cluster which runs; the others form a new one.</summary>
    public IReadOnlyList<string> Joining { get; init; } = [];

    /// <summary>The members as etcd's <c>--initial-cluster</c> names them.</summary>
    public string? InitialCluster => All(member => $"{member.GuestName}={PeerUri(member)}");

    /// <summary>The addresses for clients, as etcdctl's <c>--endpoints</c> takes them.</summary>
    public string? Endpoints => All(ClientUri);

    /// <summary>Reads the plan of a cluster. A cluster that names no members has all of its nodes as members.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="cluster">Name of the cluster.</param>
    public static EtcdPlan Read(XenDirectory directory, string cluster)
    {
        var roles = ClusterRoles.Read(directory.Layout.ClusterSettingsPath(cluster));
        var nodes = new NodeStore(directory);
        IReadOnlyList<Node> members = roles.Etcd.Count > 0
            ? [.. roles.Etcd.Select(name => nodes.Describe(cluster, name))] : nodes.List(new NodeName(cluster, "*"));
        return new EtcdPlan(roles.Token ?? TokenOf(cluster), members) { Joining = roles.Joining };
    }

    /// <summary>The token of a cluster that has none of its own: the guide's is <c>etcd-token</c> for its cluster etcd.</summary>
    public static string TokenOf(string cluster) => $"{cluster}-token";

    /// <summary>What a member is told of the cluster at its first start: <c>new</c>, or <c>existing</c> for one that joins.</summary>
    public string StateOf(string node) => Joining.Contains(node) ? "existing" : "new";

    /// <summary>Where the other members reach a member; null where it has no address.</summary>
    public static string? PeerUri(Node member) => Uri(member, PeerPort);

    /// <summary>Where clients reach a member; null where it has no address.</summary>
    public static string? ClientUri(Node member) => Uri(member, ClientPort);

    /// <summary>The values for the templates of a node.</summary>
    /// <param name="node">Name of the node.</param>
    public IReadOnlyDictionary<string, string?> Variables(string node) => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["InitialCluster"] = InitialCluster,
        ["State"] = StateOf(node),
        ["Token"] = Token,
        ["Endpoints"] = Endpoints,
    };

    private static string? Uri(Node member, int port) => member.IPAddress is { } address
        ? string.Create(CultureInfo.InvariantCulture,
            $"https://{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}")
        : null;

    private string? All(Func<Node, string?> text) => Members.Count > 0 && Members.All(member => member.IPAddress is not null)
        ? string.Join(',', Members.Select(text)) : null;
}
