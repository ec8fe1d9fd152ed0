using System.Security.Cryptography.X509Certificates;
using XenKube.Certificates;
using XenKube.Files;

namespace XenKube.Tests.Certificates;

public sealed class CertificateStoreTests : IDisposable
{
    private static readonly CertificateOptions Ecdsa = new() { KeyAlgorithm = KeyAlgorithm.EcdsaP256 };

    private readonly CertificateWorld _world = new();

    public void Dispose() => _world.Dispose();

    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);

    private Dictionary<string, byte[]> Snapshot() =>
        Directory.EnumerateFiles(_world.File("")).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);

    [Fact]
    public void Files_have_the_names_of_the_guide_and_keys_are_for_their_owner_alone()
    {
        _world.Store.Create(_world.Node(1), Ecdsa);
        Assert.Equal(
            ["etcd-ca-key.pem", "etcd-ca.pem", "etcd-node-1-client-key.pem", "etcd-node-1-client.pem", "etcd-node-1-peer-key.pem",
                "etcd-node-1-peer.pem", "etcd-node-1-server-key.pem", "etcd-node-1-server.pem"],
            Snapshot().Keys.Order(StringComparer.Ordinal));
        Assert.Equal("700", Mode(_world.File("")));
        Assert.All(Snapshot().Keys, name => Assert.Equal(name.EndsWith("-key.pem", StringComparison.Ordinal) ? "600" : "644", Mode(_world.File(name))));
    }

    [Fact]
    public void Directory_that_others_may_enter_is_closed_before_a_key_is_written()
    {
        Directory.CreateDirectory(_world.File(""));
        File.SetUnixFileMode(_world.File(""), (UnixFileMode)0b111_101_101);
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256);
        Assert.Equal("700", Mode(_world.File("")));
    }

    [Fact]
    public void Certificates_have_the_subjects_usages_and_names_of_their_roles()
    {
        var made = _world.Store.Create(_world.Node(2), Ecdsa);
        Assert.Equal(["CN=etcd-node-2-server", "CN=etcd-node-2-peer", "CN=etcd-node-2-client"], made.Select(one => one.Subject));
        Assert.Equal([CertificateUsages.Server | CertificateUsages.Client, CertificateUsages.Server | CertificateUsages.Client, CertificateUsages.Client],
            made.Select(one => one.Usages));
        Assert.Equal(["etcd-node-2", "192.168.100.12"], made[0].Names);
        Assert.Equal(["etcd-node-2", "192.168.100.12"], made[1].Names);
        Assert.Empty(made[2].Names);
        var authority = _world.Store.GetAuthority("etcd");
        Assert.Equal($"CN=etcd cluster CA, OU=The etcd cluster, O={Environment.MachineName} clusters", authority.Subject);
        Assert.All(made, one => Assert.Equal(authority.Subject, one.Issuer));
        Assert.True(authority.HasKey);
    }

    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048, "RSA 2048")]
    [InlineData(KeyAlgorithm.EcdsaP256, "ECDSA P-256")]
    public void Keys_are_of_the_kind_that_was_asked_for_and_leaves_follow_their_authority(KeyAlgorithm algorithm, string name)
    {
        Assert.Equal(name, _world.Store.CreateAuthority("etcd", algorithm).KeyAlgorithm);
        Assert.Equal(name, _world.Store.Create(_world.Node(1), new CertificateOptions { Roles = [CertificateRole.EtcdPeer] })[0].KeyAlgorithm);
    }

    [Fact]
    public void Authority_is_valid_for_ten_years_and_leaves_for_one_from_five_minutes_ago_on()
    {
        _world.Now = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
        var made = _world.Store.Create(_world.Node(1), Ecdsa)[0];
        var authority = _world.Store.GetAuthority("etcd");
        Assert.Equal(_world.Now.Value.AddMinutes(-5), authority.NotBefore);
        Assert.Equal(_world.Now.Value.AddYears(10), authority.NotAfter);
        Assert.Equal(_world.Now.Value.AddMinutes(-5), made.NotBefore);
        Assert.Equal(_world.Now.Value.AddDays(365), made.NotAfter);
        Assert.Equal(365, made.DaysLeft);
    }

    [Fact]
    public void Certificate_is_not_valid_before_its_authority_and_not_after_it()
    {
        _world.Now = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256, years: 1);
        var authority = _world.Store.GetAuthority("etcd");
        // The host's clock went back an hour: the authority is of the future then, and what it signs begins with it.
        _world.Now = authority.NotBefore.AddMinutes(-55);
        var made = _world.Store.Create(_world.Node(1), Ecdsa with { Days = 3650 });
        Assert.All(made, one => Assert.Equal((authority.NotBefore, authority.NotAfter), (one.NotBefore, one.NotAfter)));
    }

    [Fact]
    public void Certificates_that_are_right_are_left_alone()
    {
        _world.Store.Create(_world.Node(1), Ecdsa);
        var before = Snapshot();
        _world.Store.Create(_world.Node(1), Ecdsa);
        _world.Store.Create(_world.Node(1));
        Assert.Equal(before, Snapshot());
        _world.Store.Create(_world.Node(1), Ecdsa with { Force = true, Roles = [CertificateRole.EtcdPeer] });
        Assert.Equal(["etcd-node-1-peer-key.pem", "etcd-node-1-peer.pem"], Changed(before));
    }

    [Fact]
    public void Address_that_changed_makes_the_certificates_with_names_again_and_no_others()
    {
        _world.Store.Create(_world.Node(1), Ecdsa);
        var before = Snapshot();
        _world.Address(1, "192.168.100.71");
        var made = _world.Store.Create(_world.Node(1), Ecdsa);
        Assert.Equal(["etcd-node-1-peer-key.pem", "etcd-node-1-peer.pem", "etcd-node-1-server-key.pem", "etcd-node-1-server.pem"], Changed(before));
        Assert.Equal(["etcd-node-1", "192.168.100.71"], made[0].Names);
    }

    [Theory]
    [InlineData("etcd-node-1-client.pem", "")]
    [InlineData("etcd-node-1-client.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("etcd-node-1-client-key.pem", "no key\n")]
    [InlineData("etcd-node-1-client-key.pem", null)]
    [Trait("Kind", "Process")]
    public void File_that_is_missing_or_broken_is_made_again(string name, string? content)
    {
        _world.Store.Create(_world.Node(1), Ecdsa);
        var before = Snapshot();
        File.Delete(_world.File(name));
        if (content is not null)
        {
            File.WriteAllText(_world.File(name), content);
        }
        _world.Store.Create(_world.Node(1), Ecdsa);
        Assert.Equal(["etcd-node-1-client-key.pem", "etcd-node-1-client.pem"], Changed(before));
        Assert.Equal(3, _world.Check().Run(_world.Node(1)).Count(check => check is { Name: "chain" or "key" or "mode", Status: CheckStatus.Pass }));
    }

    [Fact]
    public void Authority_that_is_there_is_never_replaced_unasked_nor_is_a_key_alone()
    {
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256);
        var before = Snapshot();
        Assert.Equal("CertificateAuthorityExists", Assert.Throws<ItemExistsException>(() => _world.Store.CreateAuthority("etcd")).Id.Name);
        File.Delete(_world.File("etcd-ca.pem"));
        Assert.Throws<ItemExistsException>(() => _world.Store.CreateAuthority("etcd"));
        Assert.Throws<ItemExistsException>(() => _world.Store.Create(_world.Node(1)));
        Assert.Equal(before["etcd-ca-key.pem"], Snapshot()["etcd-ca-key.pem"]);
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256, force: true);
        Assert.NotEqual(before["etcd-ca-key.pem"], Snapshot()["etcd-ca-key.pem"]);
    }

    [Fact]
    public void After_another_authority_all_certificates_are_made_again()
    {
        _world.Store.Create(_world.Node(1), Ecdsa);
        var before = Snapshot();
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256, force: true);
        _world.Store.Create(_world.Node(1), Ecdsa);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), Changed(before));
    }

    [Fact]
    public void Nothing_can_be_signed_without_the_key_or_with_another_one_or_after_the_end()
    {
        _world.Now = DateTimeOffset.UtcNow;
        _world.Store.Create(_world.Node(1), Ecdsa);
        var key = Snapshot()["etcd-ca-key.pem"];
        File.Copy(_world.File("etcd-node-1-peer-key.pem"), _world.File("etcd-ca-key.pem"), overwrite: true);
        Assert.Equal("CertificateKeyMismatch", Assert.Throws<InvalidInputException>(() => _world.Store.Renew(_world.Node(1))).Id.Name);
        File.Delete(_world.File("etcd-ca-key.pem"));
        Assert.Equal("CertificateAuthorityKeyMissing", Assert.Throws<ItemNotFoundException>(() => _world.Store.Renew(_world.Node(1))).Id.Name);
        File.WriteAllBytes(_world.File("etcd-ca-key.pem"), key);
        _world.Now = _world.Now.Value.AddYears(10).AddDays(1);
        Assert.Equal("CertificateAuthorityExpired", Assert.Throws<OperationFailedException>(() => _world.Store.Renew(_world.Node(1))).Id.Name);
        Assert.Equal("CertificateAuthorityMissing", Assert.Throws<ItemNotFoundException>(() => new CertificateStore(_world.Directory).GetAuthority("other")).Id.Name);
    }

    [Fact]
    public void Node_without_an_address_gets_no_certificate_with_names()
    {
        File.WriteAllText(_world["hostsfile"], "");
        Assert.Equal("NodeAddressMissing", Assert.Throws<InvalidInputException>(() => _world.Store.Create(_world.Node(1), Ecdsa)).Id.Name);
        Assert.Single(_world.Store.Create(_world.Node(1), Ecdsa with { Roles = [CertificateRole.EtcdClient] }));
    }

    [Fact]
    public void Renewal_keeps_the_names_and_makes_new_keys()
    {
        var first = _world.Store.Create(_world.Node(1), Ecdsa with { AdditionalNames = ["etcd.example.com", "2001:db8::1"] })[0];
        var before = Snapshot();
        _world.Now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()).AddDays(300);
        var renewed = _world.Store.Renew(_world.Node(1));
        Assert.Equal(["etcd-node-1", "etcd.example.com", "192.168.100.11", "2001:db8::1"], first.Names);
        Assert.Equal(first.Names, renewed[0].Names);
        Assert.Equal(6, Changed(before).Count());
        Assert.All(renewed, one => Assert.Equal(365, one.DaysLeft));
        Assert.NotEqual(first.Serial, renewed[0].Serial);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData("")]
    public void Name_that_no_host_can_have_is_refused(string name) =>
        Assert.Equal("NameInvalid", Assert.Throws<InvalidInputException>(() => _world.Store.Create(_world.Node(1), Ecdsa with { AdditionalNames = [name] })).Id.Name);

    [Fact]
    public void Key_is_read_as_PKCS1_SEC1_and_PKCS8_and_nothing_else_is_taken_for_one()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        using var ecdsa = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        foreach (var pem in new[] { rsa.ExportRSAPrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem(), ecdsa.ExportECPrivateKeyPem(), ecdsa.ExportPkcs8PrivateKeyPem() })
        {
            using var key = PrivateKey.Parse(System.Text.Encoding.ASCII.GetBytes(pem), "x");
            Assert.NotNull(key);
        }
        foreach (var pem in new[] { "", rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem(), ecdsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportEncryptedPkcs8PrivateKeyPem("x", new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes128Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1)) })
        {
            Assert.Equal("CertificateKeyInvalid", Assert.Throws<InvalidInputException>(() => PrivateKey.Parse(System.Text.Encoding.ASCII.GetBytes(pem), "x")).Id.Name);
        }
    }

    private IEnumerable<string> Changed(Dictionary<string, byte[]> before) => Snapshot()
        .Where(file => !before.TryGetValue(file.Key, out var old) || !old.AsSpan().SequenceEqual(file.Value))
        .Select(file => file.Key).Order(StringComparer.Ordinal);
}
