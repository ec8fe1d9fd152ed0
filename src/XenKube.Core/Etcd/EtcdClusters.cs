using System.Text.Json;
using XenKube.Certificates;
using XenKube.Clusters;
using XenKube.Files;

namespace XenKube.Etcd;

/// <summary>The etcd clusters of a XENDIR: as they are planned, and as their members say.</summary>
public sealed class EtcdClusters
{
    private readonly XenDirectory _directory;
    private readonly TimeSpan _timeout;

    /// <summary>Opens the clusters of a XENDIR.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="timeout">The longest time that a member may take; null for five seconds.</param>
    public EtcdClusters(XenDirectory directory, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(directory);
        (_directory, _timeout) = (directory, timeout ?? TimeSpan.FromSeconds(5));
    }

    /// <summary>A cluster as it is planned. No network is needed.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <exception cref="ItemNotFoundException">The cluster does not exist.</exception>
    public EtcdCluster Get(string cluster)
    {
        new ClusterStore(_directory).Get(cluster);
        var plan = EtcdPlan.Read(_directory, cluster);
        var ids = plan.Members
            .Select(member => EtcdPlan.PeerUri(member) is { } uri ? EtcdIds.OfMember([uri], plan.Token) : (ulong?)null).ToList();
        return new EtcdCluster(cluster, plan.Token, ids.Count > 0 && ids.TrueForAll(id => id is not null)
            ? EtcdIds.Text(EtcdIds.OfCluster(ids.Select(id => id!.Value))) : "",
            [.. plan.Members.Zip(ids, (node, id) => new EtcdMember(cluster, node, node.GuestName, id is { } own ? EtcdIds.Text(own) : "")
            {
                PeerUri = EtcdPlan.PeerUri(node),
                ClientUri = EtcdPlan.ClientUri(node),
            })])
        {
            XenDir = _directory.Path,
            InitialCluster = plan.InitialCluster,
            Endpoints = plan.Endpoints,
        };
    }

    /// <summary>
    /// The members as the cluster has them, and what each of them says. All are asked at once; one that does not answer has an error.
    /// </summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ItemNotFoundException">The cluster does not exist, or has no client certificate.</exception>
    /// <exception cref="OperationFailedException">No member answers.</exception>
    public IReadOnlyList<EtcdMember> List(string cluster, CancellationToken cancellationToken = default)
    {
        var plan = Get(cluster);
        using var gateway = Connect(plan);
        return ListAsync(plan, gateway, cancellationToken).GetAwaiter().GetResult();
    }

    /// <summary>Reads a key.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The value; null if the key does not exist.</returns>
    /// <exception cref="OperationFailedException">No member answers, or the cluster has no quorum.</exception>
    public byte[]? GetKey(string cluster, string key, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var answer = Ask(cluster, "/v3/kv/range", $$"""{"key":"{{Base64(key)}}"}""", cancellationToken);
        // A value that is empty is left out of the JSON.
        return LooseJson.Items(answer, "kvs").Select(found => LooseJson.Bytes(found, "value") ?? []).FirstOrDefault();
    }

    /// <summary>Writes a key.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">No member answers, or the cluster has no quorum.</exception>
    public void SetKey(string cluster, string key, ReadOnlySpan<byte> value, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Ask(cluster, "/v3/kv/put", $$"""{"key":"{{Base64(key)}}","value":"{{Convert.ToBase64String(value)}}"}""", cancellationToken);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>The answer of the first member that gives one. A refusal that another member would repeat ends it.</summary>
    /// <exception cref="OperationFailedException">No member answers, or one refuses.</exception>
    internal JsonElement Ask(string cluster, string method, string request, CancellationToken cancellationToken)
    {
        var plan = Get(cluster);
        using var gateway = Connect(plan);
        var failures = new List<EtcdAnswer>();
        foreach (var uri in plan.Members.Select(member => member.ClientUri).OfType<string>())
        {
            var answer = gateway.PostAsync(uri, method, request, cancellationToken).GetAwaiter().GetResult();
            if (answer.Reason is null)
            {
                return answer.Json;
            }
            failures.Add(answer);
            if (answer.IsRefused && !answer.IsUnavailable)
            {
                break;
            }
        }
        throw NoAnswer(plan, failures);
    }

    private static async Task<IReadOnlyList<EtcdMember>> ListAsync(EtcdCluster plan, EtcdGateway gateway,
        CancellationToken cancellationToken)
    {
        var asked = await Task.WhenAll(plan.Members.Select(member => AskMemberAsync(member, gateway, cancellationToken)))
            .ConfigureAwait(false);
        var list = asked.FirstOrDefault(one => one.Members is not null).Members;
        if (list is null)
        {
            throw NoAnswer(plan, [.. asked.Select(one => one.Failure).OfType<EtcdAnswer>()]);
        }
        var members = new List<EtcdMember>();
        var known = list.ToList();
        foreach (var (member, _, _) in asked)
        {
            var found = known.FindIndex(one => Uris(one, "peerURLs").Contains(member.PeerUri ?? ""));
            members.Add(found < 0 ? member with { State = EtcdMemberState.Missing } : Merge(member, known[found]));
            if (found >= 0)
            {
                known.RemoveAt(found);
            }
        }
        members.AddRange(known.Select(one => new EtcdMember(plan.Cluster, null, NameOf(one), IdOf(one))
        {
            State = EtcdMemberState.Unplanned,
            PeerUri = Uris(one, "peerURLs").FirstOrDefault(),
            ClientUri = Uris(one, "clientURLs").FirstOrDefault(),
        }));
        return members;
    }

    private static EtcdMember Merge(EtcdMember member, JsonElement one) => member with
    {
        Id = IdOf(one),
        State = LooseJson.Text(one, "isLearner") == "True" ? EtcdMemberState.Learner
            // A member that was never started has told nobody its name.
            : string.IsNullOrEmpty(LooseJson.Text(one, "name")) ? EtcdMemberState.Unstarted : EtcdMemberState.Started,
    };

    private static string NameOf(JsonElement one) => Printable.Of(LooseJson.Text(one, "name") ?? "");

    private static string IdOf(JsonElement one) => LooseJson.Number(one, "ID") is { } id ? EtcdIds.Text(id) : "";

    private static string[] Uris(JsonElement one, string name) =>
        [.. LooseJson.Items(one, name).Select(uri => Printable.Of(uri.ToString()))];

    private static async Task<(EtcdMember Member, IReadOnlyList<JsonElement>? Members, EtcdAnswer? Failure)> AskMemberAsync(
        EtcdMember member, EtcdGateway gateway, CancellationToken cancellationToken)
    {
        if (member.ClientUri is not { } uri)
        {
            return (member with { Error = "the node has no reserved IP address" }, null, null);
        }
        var list = await gateway.PostAsync(uri, "/v3/cluster/member/list", "{}", cancellationToken).ConfigureAwait(false);
        var certificateEnd = gateway.Trust.EndOf(EtcdGateway.HostOf(uri));
        if (list.Reason is not null)
        {
            return (member with { IsHealthy = false, Error = list.Reason, CertificateEnd = certificateEnd }, null, list);
        }
        var (asked, health, alarms) = (gateway.PostAsync(uri, "/v3/maintenance/status", "{}", cancellationToken),
            gateway.IsHealthyAsync(uri, cancellationToken),
            gateway.PostAsync(uri, "/v3/maintenance/alarm", """{"action":"GET"}""", cancellationToken));
        var status = await asked.ConfigureAwait(false);
        var isHealthy = await health.ConfigureAwait(false);
        var own = LooseJson.Number(LooseJson.Find(status.Json, "header"), "member_id");
        return (member with
        {
            IsHealthy = isHealthy,
            Error = status.Reason,
            CertificateEnd = certificateEnd,
            ClockOffset = list.Clock,
            Alarms = AlarmsOf((await alarms.ConfigureAwait(false)).Json, own),
            IsLeader = own is not null && own == LooseJson.Number(status.Json, "leader"),
            Version = LooseJson.Text(status.Json, "version") is { } version ? Printable.Of(version) : null,
            DatabaseSize = (long?)LooseJson.Number(status.Json, "dbSize"),
            RaftTerm = LooseJson.Number(status.Json, "raftTerm"),
            RaftIndex = LooseJson.Number(status.Json, "raftIndex"),
        }, LooseJson.Find(list.Json, "members").ValueKind == JsonValueKind.Array ? [.. LooseJson.Items(list.Json, "members")] : null, null);
    }

    /// <summary>The alarms of one member. A number that is zero is left out of the JSON.</summary>
    private static string[] AlarmsOf(JsonElement answer, ulong? member) =>
        [.. LooseJson.Items(answer, "alarms").Where(alarm => LooseJson.Number(alarm, "memberID") == member)
            .Select(alarm => Printable.Of(LooseJson.Text(alarm, "alarm") ?? "NONE")).Where(alarm => alarm != "NONE")];

    /// <summary>The gateway with a client certificate of one of the nodes.</summary>
    internal EtcdGateway Connect(EtcdCluster plan)
    {
        var layout = _directory.Layout;
        var node = plan.Members.Select(member => member.Node).FirstOrDefault(node => node is not null && new CertificateStore(_directory)
            .List(node).Any(one => one.Role == CertificateRole.EtcdClient && File.Exists(one.KeyPath)));
        if (node is null)
        {
            throw new ItemNotFoundException(ErrorIds.CertificateMissing, layout.CertificatesPath(plan.Cluster), null,
                "no node of the cluster has a client certificate, without which etcd lets nobody in",
                $"Make the certificates: {new RemedyAction(RemedyActionKind.MakeCertificates, plan.Cluster)}");
        }
        var own = new CertificateStore(_directory).List(node).First(one => one.Role == CertificateRole.EtcdClient);
        return new EtcdGateway(layout.CertificateAuthorityPath(plan.Cluster), own.Path, own.KeyPath, _timeout);
    }

    private static OperationFailedException NoAnswer(EtcdCluster plan, List<EtcdAnswer> failures)
    {
        if (failures.FirstOrDefault(failure => failure.IsRefused) is { } refused)
        {
            return new(ErrorIds.EtcdRequestRefused, null, plan.Cluster, $"{refused.Failure}",
                $"See what is wrong with the cluster: {new RemedyAction(RemedyActionKind.CheckEtcd, plan.Cluster)}");
        }
        var remedy = new RemedyAction(RemedyActionKind.CheckCertificates, plan.Cluster);
        return failures.Count == 0
            ? new(ErrorIds.EtcdNotReachable, null, plan.Cluster, "no member has an address",
                $"Make the guests with addresses: {new RemedyAction(RemedyActionKind.MakeGuest, plan.Members is [{ Node: { } first }, ..]
                    ? first.FullName : plan.Cluster)}")
            : new(ErrorIds.EtcdNotReachable, null, plan.Cluster,
                $"no member answers ({string.Join("; ", failures.Select(failure => failure.Failure))})",
                $"Start the guests, and check the certificates of the nodes: {remedy}");
    }
}
