using System.Text;
using XenKube.Clusters;
using XenKube.Etcd;
using XenKube.Ignition;
using XenKube.Ignition.Summaries;
using XenKube.Tests.Certificates;

namespace XenKube.Tests.Etcd;

public sealed class EtcdPlanTests : IDisposable
{
    private readonly CertificateWorld _world = new();

    public void Dispose() => _world.Dispose();

    private EtcdClusters Clusters => new(_world.Directory);

    [Fact]
    public void Ids_are_those_of_the_guide()
    {
        var cluster = Clusters.Get("etcd");
        Assert.Equal("etcd-token", cluster.Token);
        Assert.Equal(["7c35e6112f639de0", "aef3e78ed8950e34", "521d9cc310c2aecb"], cluster.Members.Select(member => member.Id));
        Assert.Equal("58dc2666e2365a96", cluster.Id);
        Assert.Equal((2, 1), (cluster.Quorum, cluster.CanLose));
        Assert.Equal("etcd-node-1=https://192.168.100.11:2380,etcd-node-2=https://192.168.100.12:2380,etcd-node-3=https://192.168.100.13:2380", cluster.InitialCluster);
        Assert.Equal("https://192.168.100.11:2379,https://192.168.100.12:2379,https://192.168.100.13:2379", cluster.Endpoints);
    }

    [Fact]
    public void Token_and_addresses_decide_the_ids_and_their_order_does_not()
    {
        Assert.NotEqual(EtcdIds.OfMember(["https://192.168.100.11:2380"], "other"), EtcdIds.OfMember(["https://192.168.100.11:2380"], "etcd-token"));
        Assert.Equal(EtcdIds.OfMember(["b", "a"], "t"), EtcdIds.OfMember(["a", "b"], "t"));
        Assert.Equal(EtcdIds.OfCluster([1, 2]), EtcdIds.OfCluster([2, 1]));
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 2, 0)]
    [InlineData(3, 2, 1)]
    [InlineData(4, 3, 1)]
    [InlineData(5, 3, 2)]
    public void Quorum_is_more_than_half(int members, int quorum, int lose)
    {
        var cluster = new EtcdCluster("c", "t", "", [.. Enumerable.Range(0, members).Select(i => new EtcdMember("c", null, $"{i}", ""))]);
        Assert.Equal((quorum, lose), (cluster.Quorum, cluster.CanLose));
    }

    [Fact]
    public void Members_and_token_are_kept_with_the_cluster()
    {
        new EtcdSetup(_world.Directory).SetMembers("etcd", ["node-3", "node-1"], "mine");
        var cluster = Clusters.Get("etcd");
        Assert.Equal(["etcd-node-3", "etcd-node-1"], cluster.Members.Select(member => member.MemberName));
        Assert.Equal("mine", cluster.Token);
        Assert.True(File.Exists(_world["guests/etcd/cluster.ct.tmpl"]));
    }

    [Fact]
    public void Token_of_another_cluster_is_refused_and_another_token_is_taken()
    {
        new EtcdSetup(_world.Directory).SetMembers("etcd", ["node-1"]);
        Directory.CreateDirectory(_world["guests/other"]);
        var error = Assert.Throws<ItemInUseException>(() => new EtcdSetup(_world.Directory).SetMembers("other", ["node-1"], "etcd-token"));
        Assert.Equal("EtcdTokenInUse", error.Id.Name);
        new EtcdSetup(_world.Directory).SetMembers("other", ["node-1"]);
        Assert.Equal("other-token", Clusters.Get("other").Token);
    }

    [Fact]
    public void Members_and_the_sources_of_configs_are_kept_beside_each_other()
    {
        var path = _world["guests/etcd/cluster.json"];
        ClusterSettings.Write(path, ["node-2"], ConfigSource.Disk);
        new EtcdSetup(_world.Directory).SetMembers("etcd", ["node-1", "node-2"], "own-token");
        ClusterSettings.Write(path, ["node-1"], ConfigSource.Image);
        Assert.Equal((ConfigSource.Image, ConfigSource.Disk, ConfigSource.Http),
            (_world.Node(1).ConfigSource, _world.Node(2).ConfigSource, _world.Node(3).ConfigSource));
        Assert.Equal(("own-token", "node-1 node-2"), (Clusters.Get("etcd").Token, string.Join(' ', ClusterRoles.Read(path).Etcd)));
        // What is forgotten of the nodes leaves the members; a cluster without members is not an etcd cluster by its nodes' sources.
        ClusterSettings.Write(path, ["node-1", "node-2"], source: null);
        Assert.Equal("own-token", Clusters.Get("etcd").Token);
        ClusterSettings.Write(_world["guests/other.json"], ["node-1"], ConfigSource.Disk);
        Assert.Null(ClusterRoles.Find(_world["guests/other.json"]));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{ \"etcd\": [] }")]
    [InlineData("{ \"etcd\": { \"members\": [ \"../x\" ] } }")]
    [InlineData("{ \"etcd\": { \"members\": \"node-1\" } }")]
    [InlineData("{")]
    public void Roles_that_are_not_roles_are_an_error(string json)
    {
        _world.Write("guests/etcd/cluster.json", json);
        Assert.Equal("SettingsInvalid", Assert.Throws<InvalidInputException>(() => Clusters.Get("etcd")).Id.Name);
    }

    [Theory]
    [Trait("Kind", "Process")]
    [InlineData(EtcdTemplate.ContainerLinux, "/etc/ssl/certs/etcd")]
    [InlineData(EtcdTemplate.Flatcar, "/etc/ssl/certs/etcd")]
    [InlineData(EtcdTemplate.FedoraCoreOS, "/etc/ssl/etcd")]
    public void Template_gives_every_node_its_member_with_its_certificates(EtcdTemplate template, string folder)
    {
        new EtcdSetup(_world.Directory).SetMembers("etcd", ["node-1", "node-2", "node-3"], template: template);
        _world.Store.Create(_world.Node(2));
        var config = Publish(2);
        var files = IgnitionSummary.Read(Encoding.UTF8.GetBytes(config.Json)).Files;
        // Drop-ins of units are in the JSON; contents of files are encoded there.
        var text = config.Json + string.Concat(files.Where(file => file.Content is not null).Select(file => Encoding.UTF8.GetString(file.Content!)));
        Assert.Contains("etcd-node-1=https://192.168.100.11:2380,etcd-node-2=https://192.168.100.12:2380,etcd-node-3=https://192.168.100.13:2380", text, StringComparison.Ordinal);
        Assert.Contains("etcd-token", text, StringComparison.Ordinal);
        Assert.Contains("https://192.168.100.12:2379", text, StringComparison.Ordinal);
        Assert.Contains($"ETCD_PEER_TRUSTED_CA_FILE={folder}/ca.pem", text, StringComparison.Ordinal);
        foreach (var name in new[] { "server", "peer", "client" })
        {
            Assert.Equal(File.ReadAllText(_world.File($"etcd-node-2-{name}.pem")).TrimEnd(), Encoding.UTF8.GetString(files.Single(file => file.Path == $"{folder}/{name}.pem").Content!).TrimEnd());
            Assert.Equal("0600", files.Single(file => file.Path == $"{folder}/{name}-key.pem").Mode);
        }
        Assert.DoesNotContain(_world.Check().Run(_world.Node(2)), check => check.Status == CheckStatus.Fail);
        Assert.Empty(config.Report);
    }

    [Fact]
    public void State_is_new_and_existing_for_a_member_that_joins()
    {
        new EtcdSetup(_world.Directory).SetMembers("etcd", ["node-1", "node-2"]);
        (ClusterRoles.Read(_world["guests/etcd/cluster.json"]) with { Joining = ["node-2"] }).Write(_world["guests/etcd/cluster.json"]);
        _world.Write("guests/etcd/cluster.ct.tmpl", "# ${Etcd.State} ${Etcd.Token} ${Etcd.Unknown:-guest's}\n");
        _world.Write("guests/etcd/cluster.ct.tmpl", "# ${Etcd.State} ${Etcd.Token} $${Etcd.State}\n");
        foreach (var (number, state) in new[] { (1, "new"), (2, "existing") })
        {
            var config = new NodeConfig(_world.Directory, _world.Node(number));
            config.Expand(config.TemplatePath);
            Assert.Contains($"# {state} etcd-token ${{Etcd.State}}", File.ReadAllText(_world.Node(number).ConfigPath), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Address_that_changed_is_refused_until_there_are_new_certificates()
    {
        new EtcdSetup(_world.Directory).SetMembers("etcd", ["node-1", "node-2", "node-3"]);
        _world.Store.Create(_world.Node(1));
        Publish(1);
        _world.Address(1, "192.168.100.71");
        var error = Assert.Throws<InvalidInputException>(() => Publish(1));
        Assert.Equal("CertificateForOtherAddress", error.Id.Name);
        Assert.Contains("192.168.100.71", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Id, Assert.Throws<InvalidInputException>(() => EtcdStartGuard.Refuse([_world.Node(1).GuestConfigPath], TestContext.Current.CancellationToken)).Id);
        _world.Store.Create(_world.Node(1));
        Publish(1);
        EtcdStartGuard.Refuse([_world.Node(1).GuestConfigPath], TestContext.Current.CancellationToken);
    }

    private IgnitionConfig Publish(int number)
    {
        var config = new NodeConfig(new XenDirectory(_world.Directory.Path, onWait: null), _world.Node(number));
        config.Expand(config.TemplatePath, force: true);
        var transpiled = config.Transpile();
        config.Publish(transpiled);
        return transpiled;
    }
}
