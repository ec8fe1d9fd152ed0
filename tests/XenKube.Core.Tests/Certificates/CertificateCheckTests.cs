using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XenKube.Certificates;
using XenKube.Tests.Support;

namespace XenKube.Tests.Certificates;

[Trait("Kind", "Process")]
public sealed class CertificateCheckTests : IDisposable
{
    private static readonly CertificateOptions Ecdsa = new() { KeyAlgorithm = KeyAlgorithm.EcdsaP256 };

    private readonly CertificateWorld _world = new();

    public CertificateCheckTests() => _world.Store.Create(_world.Node(1), Ecdsa);

    public void Dispose() => _world.Dispose();

    private IReadOnlyList<CheckResult> Run() => [.. _world.Check().Run("etcd"), .. _world.Check().Run(_world.Node(1))];

    private IEnumerable<CheckResult> Bad() => Run().Where(check => check.Status != CheckStatus.Pass);

    private CheckResult OneBad(string name, CheckStatus status = CheckStatus.Fail)
    {
        var bad = Bad().ToList();
        Assert.True(bad.Count > 0 && bad.TrueForAll(check => check.Name == name && check.Status == status && check.Remedy.Length > 0), string.Join('\n', bad));
        return bad[0];
    }

    private void Mend() => _world.Store.Create(_world.Node(1), Ecdsa);

    /// <summary>Makes a certificate of a node by the rules of a test, signed by the cluster's authority.</summary>
    private void Replace(string role, Action<CertificateRequest> change, DateTimeOffset? end = null)
    {
        using var authority = X509Certificate2.CreateFromPemFile(_world.File("etcd-ca.pem"), _world.File("etcd-ca-key.pem"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=etcd-node-1-{role}", key, HashAlgorithmName.SHA256);
        change(request);
        using var made = request.Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey()!),
            DateTimeOffset.UtcNow.AddMinutes(-5), end ?? DateTimeOffset.UtcNow.AddDays(100), [1, 2, 3]);
        File.WriteAllText(_world.File($"etcd-node-1-{role}.pem"), made.ExportCertificatePem());
        File.WriteAllText(_world.File($"etcd-node-1-{role}-key.pem"), key.ExportECPrivateKeyPem());
        File.SetUnixFileMode(_world.File($"etcd-node-1-{role}-key.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static void Usages(CertificateRequest request, params string[] usages)
    {
        var all = new OidCollection();
        Array.ForEach(usages, usage => all.Add(new Oid(usage)));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(all, critical: false));
    }

    private static void Names(CertificateRequest request, string name, string address)
    {
        var builder = new SubjectAlternativeNameBuilder();
        builder.AddDnsName(name);
        builder.AddIpAddress(System.Net.IPAddress.Parse(address));
        request.CertificateExtensions.Add(builder.Build());
    }

    [Fact]
    public void New_certificates_pass_every_check()
    {
        Assert.Empty(Bad());
        Assert.Equal(["authority", "authority-key", "authority-mode", "chain", "lifetime", "dates", "names", "usages", "key", "mode"], Run().Select(check => check.Name));
        Assert.Equal(["etcd", "etcd/node-1"], Run().Select(check => check.Target).Distinct());
    }

    [Fact]
    public void Certificate_that_does_not_exist_is_named_and_making_it_helps()
    {
        File.Delete(_world.File("etcd-node-1-peer.pem"));
        Assert.Contains("etcd-node-1-peer.pem does not exist", OneBad("present").Message, StringComparison.Ordinal);
        Mend();
        Assert.Empty(Bad());
    }

    [Fact]
    public void Certificate_of_another_authority_is_named_and_making_it_again_helps()
    {
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256, force: true);
        Assert.Equal(3, Bad().Count());
        Assert.Contains("its signature is not by the key of", OneBad("chain").Message, StringComparison.Ordinal);
        Mend();
        Assert.Empty(Bad());
    }

    [Fact]
    public void Authority_with_another_name_is_named()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Another CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        using var other = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(5));
        File.WriteAllText(_world.File("etcd-ca.pem"), other.ExportCertificatePem());
        File.WriteAllText(_world.File("etcd-ca-key.pem"), key.ExportECPrivateKeyPem());
        Assert.Contains("it was signed by CN=etcd cluster CA", OneBad("chain").Message, StringComparison.Ordinal);
        Assert.Contains("not the cluster's authority CN=Another CA", OneBad("chain").Message, StringComparison.Ordinal);
        Mend();
        Assert.Empty(Bad());
    }

    [Theory]
    [InlineData(340, CheckStatus.Warn, "it ends in 24 days")]
    [InlineData(366, CheckStatus.Fail, "it ended on")]
    [InlineData(-1, CheckStatus.Fail, "it is valid only from")]
    public void Date_is_judged_by_this_clock_and_both_times_are_named(int days, CheckStatus status, string message)
    {
        _world.Now = DateTimeOffset.UtcNow.AddDays(days);
        var bad = Bad().First(check => check.Name == "dates");
        Assert.Equal(status, bad.Status);
        Assert.Contains(message, bad.Message, StringComparison.Ordinal);
        if (status == CheckStatus.Fail)
        {
            Assert.Contains($"this clock says {_world.Now.Value.UtcDateTime:yyyy-MM-dd}", bad.Message, StringComparison.Ordinal);
        }
        if (days > 0)
        {
            _world.Store.Renew(_world.Node(1), Ecdsa);
            Assert.Empty(Bad());
        }
    }

    [Fact]
    public void Address_that_changed_is_named_with_what_the_certificate_is_for()
    {
        _world.Address(1, "192.168.100.99");
        Assert.Equal(2, Bad().Count());
        Assert.Contains("it is not for 192.168.100.99, but for etcd-node-1, 192.168.100.11", OneBad("names").Message, StringComparison.Ordinal);
        Mend();
        Assert.Empty(Bad());
    }

    [Fact]
    public void Server_that_may_not_be_a_client_is_named_as_what_breaks_the_gateway()
    {
        Replace("server", request =>
        {
            Usages(request, "1.3.6.1.5.5.7.3.1");
            Names(request, "etcd-node-1", "192.168.100.11");
        });
        Assert.Contains("etcd's gateway for JSON does not work", OneBad("usages").Message, StringComparison.Ordinal);
        Mend();
        Assert.Empty(Bad());
    }

    [Fact]
    public void Client_that_may_not_be_one_is_named()
    {
        Replace("client", request => Usages(request, "1.3.6.1.5.5.7.3.1"));
        Assert.Contains("may not be used as a client", OneBad("usages").Message, StringComparison.Ordinal);
        Mend();
        Assert.Empty(Bad());
    }

    [Fact]
    public void Key_of_another_certificate_is_named()
    {
        File.Copy(_world.File("etcd-node-1-peer-key.pem"), _world.File("etcd-node-1-server-key.pem"), overwrite: true);
        Assert.Contains("is the key of another certificate", OneBad("key").Message, StringComparison.Ordinal);
        Mend();
        Assert.Empty(Bad());
    }

    [Fact]
    public void Key_that_others_can_read_is_named_and_the_remedy_closes_it()
    {
        File.SetUnixFileMode(_world.File("etcd-node-1-peer-key.pem"), (UnixFileMode)0b110_100_100);
        var bad = OneBad("mode");
        Assert.Contains("has mode 0644", bad.Message, StringComparison.Ordinal);
        Assert.StartsWith("chmod go-rwx ", bad.Remedy, StringComparison.Ordinal);
        File.SetUnixFileMode(bad.Remedy["chmod go-rwx ".Length..], (UnixFileMode)0b110_000_000);
        Assert.Empty(Bad());
    }

    [Fact]
    public void Directory_that_others_may_enter_is_named()
    {
        File.SetUnixFileMode(_world.File(""), (UnixFileMode)0b111_101_101);
        Assert.Contains("has mode 0755", OneBad("authority-mode").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Authority_without_a_key_is_warned_of_and_one_with_a_wrong_key_fails()
    {
        File.Copy(_world.File("etcd-node-1-peer-key.pem"), _world.File("etcd-ca-key.pem"), overwrite: true);
        OneBad("authority-key");
        File.Delete(_world.File("etcd-ca-key.pem"));
        OneBad("authority-key", CheckStatus.Warn);
    }

    [Fact]
    public void Certificate_that_ends_with_its_authority_is_warned_of()
    {
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256, years: 2, force: true);
        _world.Store.Create(_world.Node(1), Ecdsa with { Days = 3650 });
        Assert.Contains("it ends together with its authority", OneBad("lifetime", CheckStatus.Warn).Message, StringComparison.Ordinal);
        Replace("client", request => Usages(request, "1.3.6.1.5.5.7.3.2"), DateTimeOffset.UtcNow.AddYears(3));
        Assert.Contains(Bad(), check => check.Message.Contains("after its authority", StringComparison.Ordinal));
    }

    [Fact]
    public void Certificate_that_is_not_an_authority_is_not_taken_for_one()
    {
        File.Copy(_world.File("etcd-node-1-peer.pem"), _world.File("etcd-ca.pem"), overwrite: true);
        Assert.Contains(_world.Check().Run("etcd"), check => check is { Name: "authority", Status: CheckStatus.Fail } && check.Message.Contains("not the certificate of an authority", StringComparison.Ordinal));
    }

    [Fact]
    public void Published_config_with_other_certificates_is_named()
    {
        Publish("ca.pem=etcd-ca.pem", "server.pem=etcd-node-1-server.pem", "server-key.pem=etcd-node-1-server-key.pem", "peer.pem=etcd-node-1-peer.pem",
            "peer-key.pem=etcd-node-1-peer-key.pem", "client.pem=etcd-node-1-client.pem", "client-key.pem=etcd-node-1-client-key.pem");
        Assert.Empty(Bad());
        _world.Store.Renew(_world.Node(1), Ecdsa with { Roles = [CertificateRole.EtcdPeer] });
        Assert.EndsWith("what this host has: peer.pem", OneBad("config").Message, StringComparison.Ordinal);
        Publish("ca.pem=etcd-ca.pem");
        Assert.EndsWith("what this host has: server.pem, peer.pem, client.pem", OneBad("config").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_of_the_authority_in_a_published_config_is_found_however_it_is_written()
    {
        using var authority = X509Certificate2.CreateFromPemFile(_world.File("etcd-ca.pem"), _world.File("etcd-ca-key.pem"));
        var pkcs8 = _world.Write("pkcs8", authority.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Publish($"anything={pkcs8}");
        Assert.Contains(Bad(), check => check is { Name: "config", Status: CheckStatus.Fail } && check.Message.Contains("has the key of the certificate authority", StringComparison.Ordinal));
    }

    [Fact]
    public void Port_at_which_nothing_answers_is_a_warning()
    {
        _world.Address(1, "127.77.0.1");
        var ports = _world.Check(new CertificateCheckOptions { Sources = [CertificateSource.Endpoint], Timeout = TimeSpan.FromSeconds(5) }).Run(_world.Node(1));
        Assert.Equal(2, ports.Count);
        Assert.All(ports, check => Assert.True(check is { Name: "port", Status: CheckStatus.Warn } && check.Message.StartsWith("not checked", StringComparison.Ordinal), check.ToString()));
    }

    private void Publish(params string[] files)
    {
        var entries = files.Select(file => file.Split('=')).Select(pair =>
            $$$"""{"filesystem":"root","path":"/etc/ssl/certs/etcd/{{{pair[0]}}}","mode":416,"contents":{"source":"data:;base64,{{{Convert.ToBase64String(File.ReadAllBytes(pair[1].StartsWith('/') ? pair[1] : _world.File(pair[1])))}}}"}}""");
        _world.Write("nginx/etcd/node-1.json", $$$"""{"ignition":{"version":"2.1.0"},"storage":{"files":[{{{string.Join(',', entries)}}}]}}""");
    }
}
