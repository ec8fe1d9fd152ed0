using XenKube.Certificates;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.Tests.Support;

namespace XenKube.Tests.Certificates;

/// <summary>Certificates on their way to a stopped node, read back by debugfs.</summary>
[Trait("Kind", "Process")]
public sealed class CertificatePublisherTests : IDisposable
{
    private const string Folder = "/etc/ssl/certs/etcd";
    private static readonly CertificateOptions Ecdsa = new() { KeyAlgorithm = KeyAlgorithm.EcdsaP256 };

    /// <summary>The part of a template that brings the guide's files to a node.</summary>
    private const string Template = """
        storage:
          files:
            - path: /etc/ssl/certs/etcd/ca.pem
              filesystem: root
              mode: 0640
              contents:
                inline: |
                  |###certs/${Cluster.Name}-ca.pem
            - path: /etc/ssl/certs/etcd/peer-key.pem
              filesystem: root
              mode: 0600
              contents:
                inline: |
                  |###certs/${Cluster.Name}-${Node.Name}-peer-key.pem
        """;

    private readonly CertificateWorld _world = new();

    public CertificatePublisherTests() => _world.Store.Create(_world.Node(1), Ecdsa);

    public void Dispose() => _world.Dispose();

    /// <summary>Does what Ignition does at the first boot.</summary>
    private void Boot()
    {
        _world.AddDisk(1);
        using var disk = DiskImage.OpenWrite(_world.Node(1).DiskPath);
        using var root = disk.OpenFileSystem("ROOT");
        foreach (var directory in new[] { "/etc", "/etc/ssl", "/etc/ssl/certs", Folder })
        {
            if (root.Find(directory) is null)
            {
                root.CreateDirectory(directory, new FileAttributesChange(Mode: 0x1E8, UserId: 232));
            }
        }
        foreach (var file in DeliveredFile.Of(_world.Directory.Layout, _world.Node(1), _world.Store))
        {
            root.WriteFile($"{Folder}/{file.Name}", file.Content, new FileAttributesChange(
                Mode: file.Name.EndsWith("-key.pem", StringComparison.Ordinal) ? 0x180 : 0x1A0, UserId: 232));
        }
    }

    private CheckResult Disk() => _world.Check(new CertificateCheckOptions { Sources = [CertificateSource.Disk] }).Run(_world.Node(1)).Single();

    private string Debugfs(string command)
    {
        Tool.Need("debugfs");
        using var disk = DiskImage.OpenRead(_world.Node(1).DiskPath);
        var start = disk.Partitions.Find("ROOT")!.Start;
        return Tool.Run("debugfs", "-R", command, $"{_world.Node(1).DiskPath}?offset={start}").Output;
    }

    [Fact]
    public void Disk_of_a_stopped_node_gets_new_certificates_with_the_old_owners_and_modes()
    {
        Boot();
        Assert.Equal(CheckStatus.Pass, Disk().Status);
        _world.Store.Renew(_world.Node(1));
        Assert.EndsWith("server.pem, peer.pem, client.pem", Disk().Message, StringComparison.Ordinal);
        var done = Assert.Single(new CertificatePublisher(_world.Directory).Publish(_world.Node(1)));
        Assert.True(done is { Changed: true, Place: CertificateSource.Disk }, done.ToString());
        Assert.Equal(CheckStatus.Pass, Disk().Status);
        Assert.Equal(File.ReadAllText(_world.File("etcd-node-1-peer-key.pem")), Debugfs($"cat {Folder}/peer-key.pem"));
        var stat = Debugfs($"stat {Folder}/peer-key.pem");
        Assert.Matches(@"Mode:\s+0600", stat);
        Assert.Matches(@"User:\s+232", stat);
        Assert.False(new CertificatePublisher(_world.Directory).Publish(_world.Node(1)).Single().Changed);
    }

    [Fact]
    public void Disk_on_which_Ignition_has_not_run_is_left_as_it_is()
    {
        _world.AddDisk(1);
        Assert.Equal(CheckStatus.Warn, Disk().Status);
        var before = File.GetLastWriteTimeUtc(_world.Node(1).DiskPath);
        Assert.False(new CertificatePublisher(_world.Directory).Publish(_world.Node(1)).Single().Changed);
        Assert.Equal(before, File.GetLastWriteTimeUtc(_world.Node(1).DiskPath));
    }

    [Fact]
    public void Published_config_gets_new_certificates_through_its_template()
    {
        _world.Write("guests/etcd/cluster.ct.tmpl", Template);
        var node = _world.Node(1);
        var config = new NodeConfig(_world.Directory, node);
        config.Expand(config.TemplatePath);
        config.Publish(config.Transpile());
        _world.Store.Renew(node, new CertificateOptions { Roles = [CertificateRole.EtcdPeer] });
        File.SetLastWriteTimeUtc(node.ConfigPath, DateTime.UtcNow.AddMinutes(-1));
        Assert.True(new CertificatePublisher(_world.Directory).Publish(node).Single() is { Changed: true, Place: CertificateSource.Config });
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(node.IgnitionPath));
        var source = json.RootElement.GetProperty("storage").GetProperty("files")[1].GetProperty("contents").GetProperty("source").GetString()!;
        Assert.Equal(File.ReadAllText(_world.File("etcd-node-1-peer-key.pem")), Uri.UnescapeDataString(source["data:,".Length..]) + "\n");
    }

    [Theory]
    [InlineData("storage:\n  files:\n    - path: /etc/x\n      filesystem: root\n      contents:\n        inline: |\n          |###certs/${Cluster.Name}-ca-key.pem\n")]
    [InlineData("variant: flatcar\nversion: 1.0.0\nstorage:\n  files:\n    - path: /etc/x\n      contents:\n        local: certs/etcd-ca-key.pem\n")]
    public void Key_of_the_authority_is_never_published(string template)
    {
        _world.Write("guests/etcd/cluster.ct.tmpl", template);
        var node = _world.Node(1);
        var config = new NodeConfig(_world.Directory, node, new NodeConfigOverrides { FilesDirectory = _world["guests/etcd"] });
        config.Expand(config.TemplatePath);
        var error = Assert.Throws<InvalidInputException>(() => config.Publish(config.Transpile()));
        Assert.Equal("CertificateKeyOnNode", error.Id.Name);
        Assert.Empty(KeyScanner.Find(error.ToString(), _world.KeyLines()));
        Assert.False(File.Exists(node.IgnitionPath));
        var reset = Assert.Throws<AggregateException>(() => new IgnitionResetter(_world.Directory).Reset([node], new IgnitionResetOptions
            { Steps = [IgnitionResetStep.Parse("publish")], Config = new NodeConfigOverrides { FilesDirectory = _world["guests/etcd"] } }));
        Assert.Equal("CertificateKeyOnNode", ((XenKubeException)reset.InnerExceptions.Single()).Id.Name);
        Assert.False(File.Exists(node.IgnitionPath));
    }
}
