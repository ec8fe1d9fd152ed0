using XenKube.Certificates;
using XenKube.Tests.Support;

namespace XenKube.Tests.Certificates;

/// <summary>What openssl says of our certificates, and what we say of those of cfssl.</summary>
[Trait("Kind", "Process")]
public sealed class CertificateOracleTests : IDisposable
{
    private readonly CertificateWorld _world = new();

    public void Dispose() => _world.Dispose();

    private static ToolResult OpenSsl(params string[] arguments)
    {
        Tool.Need("openssl");
        return Tool.Run("openssl", arguments);
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [InlineData(KeyAlgorithm.EcdsaP256)]
    public void Openssl_verifies_strictly_what_we_make(KeyAlgorithm algorithm)
    {
        _world.Store.CreateAuthority("etcd", algorithm);
        _world.Store.Create(_world.Node(1));
        string[] strict = ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", _world.File("etcd-ca.pem")];
        OpenSsl([.. strict, _world.File("etcd-ca.pem")]).ShouldSucceed();
        foreach (var role in new[] { "server", "peer" })
        {
            foreach (var purpose in new[] { "sslserver", "sslclient" })
            {
                OpenSsl([.. strict, "-purpose", purpose, "-verify_ip", "192.168.100.11", "-verify_hostname", "etcd-node-1", _world.File($"etcd-node-1-{role}.pem")]).ShouldSucceed();
            }
            Assert.NotEqual(0, OpenSsl([.. strict, "-verify_ip", "192.168.100.12", _world.File($"etcd-node-1-{role}.pem")]).ExitCode);
        }
        OpenSsl([.. strict, "-purpose", "sslclient", _world.File("etcd-node-1-client.pem")]).ShouldSucceed();
        Assert.NotEqual(0, OpenSsl([.. strict, "-purpose", "sslserver", _world.File("etcd-node-1-client.pem")]).ExitCode);
    }

    [Fact]
    public void Openssl_reads_our_keys_and_says_that_they_belong()
    {
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256);
        _world.Store.Create(_world.Node(1), new CertificateOptions { KeyAlgorithm = KeyAlgorithm.Rsa2048, Roles = [CertificateRole.EtcdServer] });
        _world.Store.Create(_world.Node(1), new CertificateOptions { Roles = [CertificateRole.EtcdPeer] });
        foreach (var name in new[] { "etcd-ca", "etcd-node-1-server", "etcd-node-1-peer" })
        {
            var key = OpenSsl("pkey", "-check", "-pubout", "-in", _world.File($"{name}-key.pem")).ShouldSucceed().Output;
            var certificate = OpenSsl("x509", "-pubkey", "-noout", "-in", _world.File($"{name}.pem")).ShouldSucceed().Output;
            Assert.EndsWith(certificate, key, StringComparison.Ordinal);
        }
        Assert.StartsWith("-----BEGIN RSA PRIVATE KEY-----", File.ReadAllText(_world.File("etcd-node-1-server-key.pem")), StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN EC PRIVATE KEY-----", File.ReadAllText(_world.File("etcd-node-1-peer-key.pem")), StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_of_cfssl_is_read_and_its_two_faults_are_named()
    {
        Tool.Need("cfssl", "cfssljson");
        MakeByCfssl();
        var found = _world.Store.List(_world.Node(1));
        Assert.Equal(["CN=etcd-node-1-server", "CN=etcd-node-1-peer", "CN=etcd-node-1-client"], found.Select(one => one.Subject));
        Assert.Equal(["etcd-node-1", "192.168.100.11"], found[0].Names);
        Assert.Equal(CertificateUsages.Server, found[0].Usages);
        Assert.Equal("RSA 2048", found[0].KeyAlgorithm);
        var bad = new[] { _world.Check().Run("etcd"), _world.Check().Run(_world.Node(1)) }.SelectMany(checks => checks)
            .Where(check => check.Status != CheckStatus.Pass).ToList();
        // The guide's profile of servers is dead for the gateway, and all of it ends together.
        Assert.Equal(["lifetime", "usages"], bad.Select(check => check.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(bad, check => check.Name == "usages" && check.Status == CheckStatus.Fail && check.Message.Contains("etcd-node-1-server.pem", StringComparison.Ordinal));

        // The remedy: what is wrong is made again by the same authority, and the rest is kept.
        var peer = File.ReadAllBytes(_world.File("etcd-node-1-peer.pem"));
        _world.Store.Create(_world.Node(1));
        Assert.Equal(peer, File.ReadAllBytes(_world.File("etcd-node-1-peer.pem")));
        Assert.DoesNotContain(_world.Check().Run(_world.Node(1)), check => check.Status == CheckStatus.Fail);
        OpenSsl("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", _world.File("etcd-ca.pem"), _world.File("etcd-node-1-server.pem")).ShouldSucceed();
        var info = Tool.Run("cfssl", "certinfo", "-cert", _world.File("etcd-node-1-server.pem")).ShouldSucceed().Output;
        Assert.Contains("192.168.100.11", info, StringComparison.Ordinal);
    }

    /// <summary>What the guide's kgencert runs, with its profiles.</summary>
    private void MakeByCfssl()
    {
        var directory = Directory.CreateDirectory(_world.File("")).FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_000_000);
        static string Profile(string usages) => $$"""{"expiry":"43800h","usages":["signing","key encipherment",{{usages}}]}""";
        File.WriteAllText(_world.File("ca-config.json"), $$$"""{"signing":{"default":{"expiry":"43800h"},"profiles":{"server":{{{Profile("\"server auth\"")}}},"client":{{{Profile("\"client auth\"")}}},"peer":{{{Profile("\"server auth\",\"client auth\"")}}} } } }""");
        File.WriteAllText(_world.File("ca-csr.json"), """{"CN":"etcd cluster CA","key":{"algo":"rsa","size":2048},"names":[{"O":"host clusters","OU":"The etcd cluster"}]}""");
        Write("etcd-ca", Tool.Run("cfssl", ["gencert", "-initca", "ca-csr.json"], null, directory));
        foreach (var role in new[] { "server", "peer", "client" })
        {
            var hosts = role == "client" ? "\"\"" : "\"192.168.100.11\",\"etcd-node-1\"";
            File.WriteAllText(_world.File("csr.json"), $$"""{"CN":"etcd-node-1-{{role}}","key":{"algo":"rsa","size":2048},"hosts":[{{hosts}}]}""");
            Write($"etcd-node-1-{role}", Tool.Run("cfssl", ["gencert", "-ca=etcd-ca.pem", "-ca-key=etcd-ca-key.pem", "-config=ca-config.json", $"-profile={role}", "csr.json"], null, directory));
        }

        void Write(string name, ToolResult made) =>
            Tool.Run("cfssljson", ["-bare", name], made.ShouldSucceed().OutputBytes, directory).ShouldSucceed();
    }
}
