using XenKube.Certificates;
using XenKube.Ignition;
using XenKube.Clusters;

namespace XenKube.Tests.Certificates;

/// <summary>The files of an authority's replacement. The same with a real etcd is in etcd-cluster.sh.</summary>
[Trait("Kind", "Process")]
public sealed class AuthorityRollTests : IDisposable
{
    private readonly CertificateWorld _world = new();

    public AuthorityRollTests() => Assert.All(Nodes, node => _world.Store.Create(node, new CertificateOptions { KeyAlgorithm = KeyAlgorithm.EcdsaP256 }));

    private IEnumerable<Node> Nodes => Enumerable.Range(1, 3).Select(_world.Node);

    private AuthorityRoll Roll => new(_world.Directory, _world);

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Steps_leave_certificates_that_are_trusted_at_every_moment()
    {
        var first = _world.Store.GetAuthority("etcd");
        var leaf = _world.Store.List(_world.Node(1))[0].Fingerprint;
        var next = Roll.Bundle("etcd");
        Assert.Equal((AuthorityRollStep.Bundle, "ECDSA P-256"), (next.Step, next.KeyAlgorithm));
        Assert.Equal(2, Certificates());
        Assert.Equal(first.Fingerprint, _world.Store.GetAuthority("etcd").Fingerprint);
        Assert.Equal(leaf, _world.Store.Create(_world.Node(1))[0].Fingerprint);
        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(_world.File("etcd-ca-next-key.pem")), 8));
        Good();

        Assert.Equal(9, Roll.Switch("etcd").Count);
        Assert.Equal(next.Fingerprint, _world.Store.GetAuthority("etcd").Fingerprint);
        Assert.Equal(2, Certificates());
        Assert.False(File.Exists(_world.File("etcd-ca-next-key.pem")));
        Good();

        Assert.Equal((AuthorityRollStep.None, next.Fingerprint), (Roll.Drop("etcd").Step, _world.Store.GetAuthority("etcd").Fingerprint));
        Assert.Equal(1, Certificates());
        Good();
    }

    [Fact]
    public void Step_out_of_turn_is_refused()
    {
        Assert.Equal("AuthorityRollBegun", Assert.Throws<ItemExistsException>(() => Roll.Switch("etcd")).Id.Name);
        Assert.Equal("AuthorityRollBegun", Assert.Throws<ItemExistsException>(() => Roll.Drop("etcd")).Id.Name);
        Roll.Bundle("etcd");
        Assert.Equal("AuthorityRollBegun", Assert.Throws<ItemExistsException>(() => Roll.Bundle("etcd")).Id.Name);
    }

    [Fact]
    public void Switch_that_was_interrupted_is_taken_again()
    {
        Roll.Bundle("etcd");
        var key = File.ReadAllBytes(_world.File("etcd-ca-next-key.pem"));
        // After the first write: the key of the next authority is in its place, and the bundle has the old order.
        File.WriteAllBytes(_world.File("etcd-ca-key.pem"), key);
        Assert.Equal(9, Roll.Switch("etcd").Count);
        Good();
        // After the files of the authority, before the certificates of the last node.
        Assert.Empty(Roll.Switch("etcd"));
    }

    [Fact]
    public void Authority_before_is_kept_while_it_signed_a_certificate_of_a_node()
    {
        var kept = File.ReadAllBytes(_world.File("etcd-node-2-peer.pem"));
        Roll.Bundle("etcd");
        Roll.Switch("etcd");
        File.WriteAllBytes(_world.File("etcd-node-2-peer.pem"), kept);
        Assert.Equal("AuthorityRollUnsafe", Assert.Throws<OperationFailedException>(() => Roll.Drop("etcd")).Id.Name);
        Assert.Single(Roll.Switch("etcd"));
        Roll.Drop("etcd");
        Good();
    }

    [Fact]
    public void Key_of_the_next_authority_is_kept_off_nodes()
    {
        Roll.Bundle("etcd");
        _world.Write("guests/etcd/node-1.ct.tmpl", "storage:\n  files:\n    - path: /etc/x\n      filesystem: root\n      contents:\n        inline: |\n          |###certs/etcd-ca-next-key.pem\n");
        var config = new NodeConfig(new XenDirectory(_world.Directory.Path, onWait: null), _world.Node(1));
        config.Expand(config.TemplatePath);
        Assert.Equal("CertificateKeyOnNode", Assert.Throws<InvalidInputException>(() => config.Publish(config.Transpile())).Id.Name);
    }

    private int Certificates() => File.ReadAllText(_world.File("etcd-ca.pem")).Split("-----BEGIN CERTIFICATE-----").Length - 1;

    /// <summary>No check of the files fails, and nothing would be made again.</summary>
    private void Good()
    {
        foreach (var node in Nodes)
        {
            Assert.DoesNotContain(_world.Check(new CertificateCheckOptions { Sources = [CertificateSource.File] }).Run(node), check => check.Status == CheckStatus.Fail);
            Assert.Equal(_world.Store.List(node).Select(one => one.Fingerprint), _world.Store.Create(node).Select(one => one.Fingerprint));
        }
        Assert.DoesNotContain(_world.Check().Run("etcd"), check => check.Status == CheckStatus.Fail);
    }
}
