using System.Globalization;
using XenKube.Tests.Support;

namespace XenKube.Tests.Etcd;

/// <summary>A real etcd cluster over TLS, three members in network name spaces at the guide's addresses, from our own configs.</summary>
[Trait("Kind", "Process")]
public sealed class EtcdClusterTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Members_of_our_configs_form_the_guides_cluster_and_its_faults_are_named()
    {
        Tool.Need("etcd", "etcdctl", "unshare", "ip", "python3");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.SkipWhen(Tool.Run("unshare", "--net", "true").ExitCode != 0, "no network name spaces here");
        Script.Write(_folder["xl-up"], """
            #!/bin/bash
            if [ "$1 $2" = "list -l" ]; then echo '[]'; exit; fi
            printf 'Name ID Mem VCPUs\tState\tTime(s)\nDomain-0 0 2048 2 r----- 292.6\netcd-node-2 2 512 1 -b---- 20.6\n'
            """);
        var run = Tool.Run("unshare", ["--net", Project.Tests("network", "etcd-cluster.sh"), Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), _folder.Path], null,
            timeout: TimeSpan.FromMinutes(9)).ShouldSucceed();
        var said = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))
            .ToDictionary(cells => cells[0], cells => (Code: int.Parse(cells[1], CultureInfo.InvariantCulture), Text: cells[2]));
        string Good(string name)
        {
            Assert.True(said[name].Code == 0, $"{name}: {said[name]}");
            return said[name].Text;
        }
        string Bad(string name)
        {
            Assert.True(said[name].Code != 0, $"{name}: {said[name]}");
            return said[name].Text;
        }
        foreach (var id in new[] { "7c35e6112f639de0", "aef3e78ed8950e34", "521d9cc310c2aecb" })
        {
            // What we computed before anything ran is what etcd says.
            Assert.Contains(id, Good("offline"), StringComparison.Ordinal);
            Assert.Contains(id, Good("members"), StringComparison.Ordinal);
            Assert.Contains($"{id}, started", Good("member-list"), StringComparison.Ordinal);
        }
        Good("wait");
        Good("set");
        Assert.Equal("Hello", Good("get"));
        Assert.Equal("Hello", Good("get-by-etcdctl"));
        Assert.Contains("3 of 3 members are healthy", Good("check"), StringComparison.Ordinal);
        Good("ports");
        Assert.Contains("presents another certificate", Bad("stale"), StringComparison.Ordinal);
        Assert.Contains("replaced the certificates on the running node", Good("published"), StringComparison.Ordinal);
        Assert.Contains("the running node has these certificates already", Good("published-again"), StringComparison.Ordinal);
        Good("renewed");
        Assert.Contains("2 of 3 members are healthy, 2 are needed: none may be lost", Bad("one-down"), StringComparison.Ordinal);
        Assert.Equal("Hello", Good("one-down-get"));
        Assert.Contains("nothing can be written", Bad("two-down"), StringComparison.Ordinal);
        Bad("two-down-set");
        Assert.Contains("without a quorum no member can be removed", Bad("two-down-remove"), StringComparison.Ordinal);
        Good("back");
        Assert.Contains("etcd-node-3 is healthy", Bad("repair-healthy"), StringComparison.Ordinal);
        Good("repair");
        Good("joining");
        Good("repaired");
        Assert.Equal("Hello", Good("repaired-get"));
        Assert.Contains("7c35e6112f639de0", Good("repaired-members"), StringComparison.Ordinal);
        Assert.DoesNotContain("521d9cc310c2aecb", Good("repaired-members"), StringComparison.Ordinal);
        Assert.Equal("0", said["settled"].Text);
        Assert.Contains("it is not for 192.168.100.13, but for etcd-node-3, 192.168.100.99", Bad("wrong-san"), StringComparison.Ordinal);
        Assert.Contains("certificate is valid for 192.168.100.99, not 192.168.100.13", Good("wrong-san-etcd"), StringComparison.Ordinal);
        Assert.Contains("the other members would refuse it", Bad("wrong-san-refused"), StringComparison.Ordinal);
        // Nothing that was printed or logged holds a key.
        var lines = Certificates.KeyScanner.Lines(_folder["xen/guests/etcd/certs"]);
        Assert.Empty(Certificates.KeyScanner.Find(run.All, lines));
        Assert.All(new[] { "log-1", "log-2", "log-3" }, log => Assert.Empty(Certificates.KeyScanner.Find(File.ReadAllText(_folder[log]), lines)));
    }
}
