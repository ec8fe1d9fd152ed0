using XenKube.Etcd;
using XenKube.Tests.Support;

namespace XenKube.Tests.Etcd;

/// <summary>The cmdlets of etcd clusters where no member runs: plans, -WhatIf, errors. Members that run are in etcd-cluster.sh.</summary>
public sealed class EtcdCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public EtcdCmdletTests()
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        // Addresses of this machine where nothing listens at etcd's port: who asks is refused at once.
        _session.Write("hostsfile", "00:16:3e:4e:31:11,127.0.71.11\n00:16:3e:4e:31:12,127.0.71.12\n");
        foreach (var node in new[] { "node-1", "node-2" })
        {
            File.Delete(_session[$"guests/etcd/{node}.img"]);
        }
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Plan_of_a_cluster_needs_no_member()
    {
        var cluster = _session.Run("Get-EtcdCluster etcd").One<EtcdCluster>();
        Assert.Equal("etcd-node-1=https://127.0.71.11:2380,etcd-node-2=https://127.0.71.12:2380", cluster.InitialCluster);
        Assert.Equal(cluster.Members.Select(member => member.Id), _session.Run("Get-EtcdMember etcd -Offline").All<EtcdMember>().Select(member => member.Id));
        Assert.Equal(["etcd"], _session.Run("Get-Cluster | Get-EtcdCluster | Get-EtcdCluster | ForEach-Object Cluster").Lines());
        Assert.Equal(["etcd/node-1", "etcd/node-2"], _session.Run("Get-EtcdMember etcd -Offline | Get-Node | ForEach-Object FullName").Lines());
    }

    [Fact]
    public void Cluster_whose_members_are_down_is_named_with_each_of_them()
    {
        _session.Run("New-ClusterCertificate etcd -KeyAlgorithm EcdsaP256").ShouldSucceed();
        var check = _session.Run("Get-EtcdCluster etcd | Test-EtcdCluster -Timeout 2").One<CheckResult>();
        Assert.Equal(("members", CheckStatus.Fail), (check.Name, check.Status));
        Assert.Contains("127.0.71.11: Connection refused; 127.0.71.12: Connection refused", check.Message, StringComparison.Ordinal);
        Assert.Equal(["False"], _session.Run("Test-EtcdCluster etcd -Timeout 2 -Quiet").Lines());
        _session.Run("Get-EtcdMember etcd -Timeout 2").Error("EtcdNotReachable");
        _session.Run("Get-EtcdKey etcd /message").Error("EtcdNotReachable");
        _session.Run("Set-EtcdKey etcd /message Hello").Error("EtcdNotReachable");
        _session.Run("Wait-EtcdCluster etcd -Timeout 1").Error("WaitTimeout");
        _session.Run("Add-EtcdMember etcd node-1").Error("EtcdNotReachable");
        _session.Run("Remove-EtcdMember etcd node-1 -Force").Error("EtcdNotReachable");
        _session.Run("Repair-EtcdMember etcd node-1").Error("EtcdNotReachable");
    }

    [Fact]
    public void Snapshot_that_is_missing_or_torn_is_refused_and_one_that_cannot_be_taken_leaves_no_file()
    {
        _session.Run("New-ClusterCertificate etcd -KeyAlgorithm EcdsaP256").ShouldSucceed();
        _session.Run($"Backup-EtcdCluster etcd {_session["etcd.db"]}").Error("EtcdNotReachable");
        Assert.False(File.Exists(_session["etcd.db"]));
        _session.Run($"Restore-EtcdCluster etcd {_session["etcd.db"]} -Force").Error("FileNotFound");
        _session.Write("etcd.db", new string('x', 512 + 32));
        _session.Run($"Restore-EtcdCluster etcd {_session["etcd.db"]} -Force").Error("EtcdSnapshotInvalid");
        _session.Run($"Backup-EtcdCluster etcd {_session["etcd.db"]}").Error("FileExists");
    }

    [Fact]
    public void Authority_is_replaced_step_by_step()
    {
        _session.Run("New-ClusterCertificate etcd -KeyAlgorithm EcdsaP256").ShouldSucceed();
        Assert.Equal(["Bundle"], _session.Run("Get-Cluster etcd | Update-CertificateAuthority | ForEach-Object Step").Lines());
        // No member answers, so that nobody knows whether it is ready.
        _session.Run("Update-CertificateAuthority etcd").Error("AuthorityRollUnsafe");
        Assert.Equal(["Switch", "None"], _session.Run("1..2 | ForEach-Object { Update-CertificateAuthority etcd -Force } | ForEach-Object Step").Lines());
    }

    [Fact]
    public void Members_are_not_asked_without_a_client_certificate() => _session.Run("Get-EtcdMember etcd").Error("CertificateMissing");

    [Fact]
    public void WhatIf_asks_nobody()
    {
        Assert.StartsWith("What if: Write the key /message of the etcd cluster etcd",
            Assert.Single(_session.Run("Set-EtcdKey etcd /message Hello -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
        Assert.StartsWith("What if: Replace etcd-node-1 in the etcd cluster etcd",
            Assert.Single(_session.Run("Repair-EtcdMember etcd node-1 -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
    }

    [Fact]
    public void Members_are_kept_with_a_new_cluster_and_its_token_is_its_own()
    {
        _session.Run("New-Cluster one -Etcd a, b").ShouldSucceed();
        Assert.Equal("one-token", _session.Run("Get-EtcdCluster one").One<EtcdCluster>().Token);
        _session.Run("New-Cluster two -Etcd c -EtcdToken one-token").Error("EtcdTokenInUse");
        Assert.True(File.Exists(_session["guests/one/cluster.ct.tmpl"]));
    }
}
