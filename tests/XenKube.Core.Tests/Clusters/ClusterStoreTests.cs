using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

public sealed class ClusterStoreTests : IDisposable
{
    private readonly TemporaryDirectory _xenDir = new();

    public void Dispose() => _xenDir.Dispose();

    private XenDirectory Directory => new(_xenDir.Path, onWait: null);

    [Fact]
    public void Create_makes_the_directories_of_the_guide()
    {
        var cluster = new ClusterStore(Directory).Create("etcd");
        Assert.Equal(_xenDir["guests/etcd"], cluster.Path);
        Assert.True(System.IO.Directory.Exists(_xenDir["guests/etcd"]) && System.IO.Directory.Exists(_xenDir["nginx/etcd"]));
    }

    [Theory]
    [InlineData("../etcd")]
    [InlineData("-rf")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("")]
    [InlineData(".")]
    public void Create_refuses_names_that_are_no_directory_or_host(string name) =>
        Assert.Equal("NameInvalid", Assert.Throws<InvalidInputException>(() => new ClusterStore(Directory).Create(name)).ErrorId);

    [Fact]
    public void List_of_a_directory_made_by_hand_finds_its_nodes()
    {
        _xenDir.Write("guests/failsafe/failsafe.cfg", "name = \"failsafe\"\n");
        _xenDir.Write("guests/etcd/node-1.ct", "");
        _xenDir.Write("guests/etcd/node-2.ct.tmpl", "");
        _xenDir.Write("guests/etcd/functions.bashrc", "");
        Assert.Equal([("etcd", 2), ("failsafe", 1)], new ClusterStore(Directory).List().Select(cluster => (cluster.Name, cluster.NodeCount)));
        Assert.Equal(["etcd/node-1", "etcd/node-2"], new NodeStore(Directory).List(NodeName.Parse("etcd")).Select(node => node.FullName));
        Assert.Equal("failsafe", new NodeStore(Directory).List(NodeName.Parse("failsafe")).Single().GuestName);
    }

    [Fact]
    public void Remove_of_a_cluster_with_files_needs_force()
    {
        var store = new ClusterStore(Directory);
        store.Create("etcd");
        _xenDir.Write("guests/etcd/node-1.ct", "");
        Assert.Equal("ClusterNotEmpty", Assert.Throws<ItemInUseException>(() => store.Remove("etcd")).ErrorId);
        store.Remove("etcd", withNodes: true);
        Assert.False(System.IO.Directory.Exists(_xenDir["guests/etcd"]) || System.IO.Directory.Exists(_xenDir["nginx/etcd"]));
    }

    [Fact]
    public void A_literal_name_that_is_not_there_is_an_error_and_a_pattern_is_not()
    {
        Assert.Equal("ClusterNotFound", Assert.Throws<ItemNotFoundException>(() => new ClusterStore(Directory).List("nope")).ErrorId);
        Assert.Empty(new ClusterStore(Directory).List("nope*"));
        new ClusterStore(Directory).Create("etcd");
        Assert.Equal("NodeNotFound", Assert.Throws<ItemNotFoundException>(() => new NodeStore(Directory).List(NodeName.Parse("etcd/node-1"))).ErrorId);
        Assert.Empty(new NodeStore(Directory).List(NodeName.Parse("etcd/node-*")));
    }

    [Theory]
    [InlineData("""{ "adress": "10.0.0.1" }""")]
    [InlineData("""{ "address": "nowhere" }""")]
    [InlineData("""{ "port": 0 }""")]
    [InlineData("""{ "macPrefix": "00:16:3e" }""")]
    [InlineData("{")]
    public void Settings_that_are_wrong_are_named(string json)
    {
        _xenDir.Write("xenkube.json", json);
        var error = Assert.Throws<InvalidInputException>(() => Directory.Settings);
        Assert.Equal(("SettingsInvalid", _xenDir["xenkube.json"]), (error.ErrorId, error.File));
    }

    [Fact]
    public void Node_has_the_guides_paths_and_url()
    {
        _xenDir.Write("guests/etcd/node-1.cfg", "name = \"etcd-node-1\"\nvif = [ 'mac=00:16:3E:4e:31:11,model=rtl8139,bridge=virbr1' ]\n");
        var node = new NodeStore(Directory).Describe("etcd", "node-1");
        Assert.Equal(_xenDir["nginx/etcd/node-1.json"], node.IgnitionPath);
        Assert.Equal("http://192.168.100.1/etcd/node-1.json", node.IgnitionUri.AbsoluteUri);
        Assert.Equal("00:16:3e:4e:31:11", node.MacAddress);
        Assert.False(node.HasDisk);
    }
}
