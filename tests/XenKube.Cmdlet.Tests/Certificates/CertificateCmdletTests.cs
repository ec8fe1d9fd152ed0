using XenKube.Certificates;
using XenKube.Tests.Support;

namespace XenKube.Tests.Certificates;

/// <summary>The cmdlets of certificates: parameters, pipelines, -WhatIf, errors; and that none of them ever shows a key.</summary>
public sealed class CertificateCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public CertificateCmdletTests()
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n");
        foreach (var node in new[] { "node-1", "node-2" })
        {
            File.Delete(_session[$"guests/etcd/{node}.img"]);
        }
    }

    public void Dispose() => _session.Dispose();

    private IReadOnlyList<ClusterCertificate> Make(string arguments = "etcd") =>
        _session.Run($"New-ClusterCertificate {arguments} -KeyAlgorithm EcdsaP256").All<ClusterCertificate>();

    [Fact]
    public void New_certificates_are_made_for_nodes_and_guests_from_the_pipeline()
    {
        Assert.Equal(6, _session.Run("Get-Node etcd | New-ClusterCertificate -KeyAlgorithm EcdsaP256").All<ClusterCertificate>().Count);
        Assert.Equal(3, _session.Run("Get-XenGuest etcd node-2 | New-ClusterCertificate").All<ClusterCertificate>().Count);
        Assert.Equal(["EtcdPeer"], _session.Run("Get-Node etcd node-1 | Get-ClusterCertificate | Where-Object Role -eq EtcdPeer | ForEach-Object Role").Lines());
    }

    [Fact]
    public void Options_of_new_certificates_reach_them()
    {
        var made = Assert.Single(Make("etcd node-1 -Role EtcdServer -Day 10 -AdditionalName etcd.example.com"));
        Assert.Equal(["etcd-node-1", "etcd.example.com", "192.168.100.11"], made.Names);
        Assert.InRange(made.DaysLeft, 9, 10);
        Assert.Equal("ECDSA P-256", made.KeyAlgorithm);
        Assert.Equal("RSA 2048", Assert.Single(_session.Run("New-ClusterCertificate etcd node-1 -Role EtcdServer -KeyAlgorithm Rsa2048 -Force").All<ClusterCertificate>()).KeyAlgorithm);
    }

    [Fact]
    public void WhatIf_makes_nothing()
    {
        foreach (var line in new[] { "New-CertificateAuthority etcd -WhatIf", "New-ClusterCertificate etcd node-1 -WhatIf" })
        {
            Assert.StartsWith("What if: Create the certificate", Assert.Single(_session.Run(line).ShouldSucceed().Said), StringComparison.Ordinal);
            Assert.False(Directory.Exists(_session["guests/etcd/certs"]));
        }
        Make();
        var before = File.ReadAllText(_session["guests/etcd/certs/etcd-node-1-peer.pem"]);
        Assert.StartsWith("What if: Renew EtcdPeer of etcd/node-1", Assert.Single(_session.Run("Update-ClusterCertificate etcd node-1 -Role EtcdPeer -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_session["guests/etcd/certs/etcd-node-1-peer.pem"]));
    }

    [Fact]
    public void Authority_is_replaced_only_with_Force_and_an_answer()
    {
        var first = _session.Run("New-CertificateAuthority etcd -KeyAlgorithm EcdsaP256").One<CertificateAuthority>();
        _session.Run("New-CertificateAuthority etcd").Error("CertificateAuthorityExists");
        Assert.Equal(first.Fingerprint, _session.Run("Get-CertificateAuthority etcd").One<CertificateAuthority>().Fingerprint);
        Assert.NotEqual(first.Fingerprint, _session.Run("New-CertificateAuthority etcd -KeyAlgorithm EcdsaP256 -Replace -Force").One<CertificateAuthority>().Fingerprint);
        Assert.Empty(_session.Run("$null = New-Cluster web; Get-CertificateAuthority w*").ShouldSucceed().Output);
        _session.Run("Get-CertificateAuthority web").Error("CertificateAuthorityMissing");
    }

    [Fact]
    public void What_ends_soon_is_renewed_and_published_in_one_pipeline()
    {
        Make("etcd node-1 -Day 30");
        Make("etcd node-2");
        _session.Run("Publish-Ignition etcd").ShouldSucceed();
        var renewed = _session.Run("Get-ClusterCertificate etcd | Where-Object DaysLeft -lt 60 | Update-ClusterCertificate").All<ClusterCertificate>();
        Assert.Equal(["node-1", "node-1", "node-1"], renewed.Select(one => one.Name));
        Assert.All(renewed, one => Assert.InRange(one.DaysLeft, 364, 365));
        var done = _session.Run("Get-ClusterCertificate etcd | Publish-ClusterCertificate").All<CertificateDelivery>();
        Assert.Equal(["etcd/node-1", "etcd/node-2"], done.Select(one => one.Node.FullName));
        Assert.Empty(_session.Run("Update-ClusterCertificate etcd -Within 60").ShouldSucceed().Output);
    }

    [Fact]
    public void Checks_come_with_the_authority_once_and_Quiet_gives_one_answer_for_each_node()
    {
        Make();
        var checks = _session.Run("Test-ClusterCertificate etcd").All<CheckResult>();
        Assert.Equal(["etcd", "etcd/node-1", "etcd/node-2"], checks.Select(check => check.Target).Distinct());
        Assert.DoesNotContain(checks, check => check.Status == CheckStatus.Fail);
        Assert.Equal(["True"], _session.Run("Test-ClusterCertificate etcd -Quiet").Lines());
        File.Delete(_session["guests/etcd/certs/etcd-node-2-peer.pem"]);
        Assert.Equal(["False"], _session.Run("Get-Node etcd | Test-ClusterCertificate -Quiet").Lines());
        var remedy = _session.Run("Test-ClusterCertificate etcd node-2").All<CheckResult>().First(check => check.Status == CheckStatus.Fail).Remedy;
        Assert.Contains("New-ClusterCertificate etcd node-2", remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_of_the_published_config_are_listed()
    {
        Make();
        Assert.Empty(_session.Run("Get-ClusterCertificate etcd -Source Config").ShouldSucceed().Output);
        _session.Write("guests/etcd/cluster.ct.tmpl", Template);
        File.Delete(_session["guests/etcd/node-1.ct"]);
        _session.Run("Reset-Ignition etcd node-1 -Step Template, Publish").ShouldSucceed();
        var found = _session.Run("Get-ClusterCertificate etcd -Source Config").One<ClusterCertificate>();
        Assert.Equal((CertificateSource.Config, "/etc/ssl/certs/etcd/server.pem"), (found.Source, found.Path));
    }

    /// <summary>All that is printed by all cmdlets over a cluster's whole life, and all that they leave, is looked through for the keys.</summary>
    [Fact]
    public void No_key_is_ever_shown_and_no_file_with_a_key_is_open()
    {
        var shown = new System.Text.StringBuilder();
        var keys = new HashSet<string>();
        void Run(string line)
        {
            // A config as an object holds its JSON, keys included; what is shown of it is another matter.
            var all = line.Contains("Certificate", StringComparison.Ordinal) ? "$all | Format-List * -Force | Out-String -Width 2000; $all | ConvertTo-Json -Depth 6" : "";
            var result = _session.Run($"$all = @({line}); $all | Out-String -Width 2000; {all}; $error | Format-List * -Force | Out-String -Width 2000");
            shown.AppendJoin('\n', result.Output).AppendJoin('\n', result.Errors).AppendJoin('\n', result.Warnings).AppendJoin('\n', result.Verbose).AppendJoin('\n', result.Said);
            if (Directory.Exists(_session["guests/etcd/certs"]))
            {
                keys.UnionWith(KeyScanner.Lines(_session["guests/etcd/certs"]));
            }
        }
        _session.Write("guests/etcd/cluster.ct.tmpl", Template);
        File.Delete(_session["guests/etcd/node-1.ct"]);
        Run("New-CertificateAuthority etcd -Verbose -Debug");
        Run("Get-Node etcd | New-ClusterCertificate -Verbose -Debug -KeyAlgorithm EcdsaP256");
        Run("Get-ClusterCertificate etcd -Verbose -Debug");
        Run("Reset-Ignition etcd node-1 -Step Template, Publish -Verbose");
        Run("Update-ClusterCertificate etcd -Verbose -Debug");
        Run("Compare-Ignition etcd node-1");
        Run("Publish-ClusterCertificate etcd -WhatIf");
        Run("Publish-ClusterCertificate etcd -Verbose -Debug");
        Run("Test-ClusterCertificate etcd -Verbose -Debug");
        Run("Publish-Ignition etcd node-1 -WhatIf");
        File.Copy(_session["guests/etcd/certs/etcd-node-1-peer-key.pem"], _session["guests/etcd/certs/etcd-node-1-server-key.pem"], overwrite: true);
        File.AppendAllText(_session["guests/etcd/certs/etcd-node-2-server-key.pem"], "rubbish\n");
        Run("Test-ClusterCertificate etcd");
        File.WriteAllText(_session["guests/etcd/cluster.ct.tmpl"], Template.Replace("-${Node.Name}-server-key", "-ca-key", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(_session["guests/etcd/cluster.ct.tmpl"], DateTime.UtcNow.AddSeconds(5));
        Run("Reset-Ignition etcd node-1 -Step Template, Publish");
        Assert.Contains("CertificateKeyOnNode", shown.ToString(), StringComparison.Ordinal);
        Assert.Empty(KeyScanner.Find(shown.ToString(), [.. keys]));
        // The scanner sees keys where they are.
        Assert.NotEmpty(KeyScanner.Find(File.ReadAllText(_session["guests/etcd/certs/etcd-ca-key.pem"]), [.. keys]));
        var open = Directory.EnumerateFiles(_session.Directory, "*", SearchOption.AllDirectories)
            .Where(file => new FileInfo(file).Length < 1 << 20 && KeyScanner.Find(Uri.UnescapeDataString(File.ReadAllText(file)), [.. keys]).Count > 0)
            .Where(file => (File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0);
        Assert.Empty(open);
    }

    private const string Template = """
        storage:
          files:
            - path: /etc/ssl/certs/etcd/server.pem
              filesystem: root
              mode: 0640
              contents:
                inline: |
                  |###certs/${Cluster.Name}-${Node.Name}-server.pem
            - path: /etc/ssl/certs/etcd/server-key.pem
              filesystem: root
              mode: 0600
              contents:
                inline: |
                  |###certs/${Cluster.Name}-${Node.Name}-server-key.pem
        """;
}
