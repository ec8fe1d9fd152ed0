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
        Tool.Need("etcd", "etcdctl", "unshare", "ip", "python3", "openssl", "faketime", "setpriv");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.SkipWhen(Tool.Run("unshare", "--net", "true").ExitCode != 0, "no network name spaces here");
        Script.Write(_folder["xl-up"], """
            #!/bin/bash
            if [ "$1 $2" = "list -l" ]; then echo '[]'; exit; fi
            printf 'Name ID Mem VCPUs\tState\tTime(s)\nDomain-0 0 2048 2 r----- 292.6\netcd-node-1 1 512 1 -b---- 20.6\netcd-node-2 2 512 1 -b---- 20.6\netcd-node-3 3 512 1 -b---- 20.6\n'
            """);
        SampleImage.Copy(SampleImage.Classic, _folder, "disk.img");
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
        Assert.Equal("SGVsbG8=", System.Text.Json.JsonDocument.Parse(Good("get-json").Replace('|', '\n')).RootElement.GetProperty("base64").GetString());
        Assert.Equal("Hello", Good("get-by-etcdctl"));
        Assert.Contains("3 of 3 members are healthy", Good("check"), StringComparison.Ordinal);
        Good("ports");
        Assert.Contains("presents another certificate", Bad("stale"), StringComparison.Ordinal);
        Assert.Contains("replaced the certificates on the running node", Good("published"), StringComparison.Ordinal);
        Assert.Contains("the running node has these certificates already", Good("published-again"), StringComparison.Ordinal);
        Good("renewed");
        Assert.Contains("2 members of the etcd cluster etcd, which runs, would be away at the same time", Bad("refresh-two"), StringComparison.Ordinal);
        Assert.Contains("2 of 3 members are healthy, 2 are needed: none may be lost", Bad("one-down"), StringComparison.Ordinal);
        Assert.Contains("is unhealthy", Bad("one-down-etcdctl"), StringComparison.Ordinal);
        Assert.Equal("Hello", Good("one-down-get"));
        Assert.Contains("not healthy: etcd-node-3", Bad("refresh-next"), StringComparison.Ordinal);
        Assert.Contains("has already been bootstrapped", Good("lost-etcd"), StringComparison.Ordinal);
        Assert.Contains("whose data are not on the disk any more", Bad("lost"), StringComparison.Ordinal);
        Assert.Contains("Was the raft log corrupted, truncated, or lost?", Good("panic-etcd"), StringComparison.Ordinal);
        Assert.Equal(2, Good("panic-others").Split("is healthy").Length - 1);
        // etcd's own list does not say that the member is dead; our check and our start do.
        Assert.Contains("521d9cc310c2aecb, started", Good("panic-members"), StringComparison.Ordinal);
        Assert.Matches(@"etcd-node-3 logs: .*tocommit.* is out of range.* xenkube etcd repair etcd/node-3", Bad("panic"));
        Assert.Contains("2 of 3 members are healthy, 2 are needed: none may be lost", Bad("panic"), StringComparison.Ordinal);
        Assert.Contains("its etcd would end or panic", Bad("panic-start"), StringComparison.Ordinal);
        Good("token-etcd");
        Good("token-own");
        Assert.Matches("etcd-node-[12] logs of etcd-node-3: request .*cluster ID mismatch.* [0-9a-f]{16}|etcd-node-[12] logs of etcd-node-3: request .*cluster ID mismatch.*=[0-9a-f]{16}", Bad("token"));
        Assert.Contains("nothing can be written", Bad("two-down"), StringComparison.Ordinal);
        Assert.Contains("context deadline exceeded", Bad("two-down-etcdctl"), StringComparison.Ordinal);
        Bad("two-down-set");
        Assert.Contains("without a quorum no member can be removed", Bad("two-down-remove"), StringComparison.Ordinal);
        Good("back");
        Assert.Contains("etcd-node-3 is healthy", Bad("repair-healthy"), StringComparison.Ordinal);
        Assert.Matches("etcd-node-3 .*Started .*true", Good("repair"));
        Good("joining");
        Good("repaired");
        Assert.Equal("Hello", Good("repaired-get"));
        Assert.Contains("7c35e6112f639de0", Good("repaired-members"), StringComparison.Ordinal);
        Assert.DoesNotContain("521d9cc310c2aecb", Good("repaired-members"), StringComparison.Ordinal);
        Assert.Equal("0", said["settled"].Text);
        // Another authority, in three steps; each member was restarted while all three were healthy.
        Assert.StartsWith("bundle", Good("roll-bundle"), StringComparison.Ordinal);
        Assert.Contains("does not let in a client of the next authority yet", Bad("roll-early"), StringComparison.Ordinal);
        Good("roll-bundled");
        Assert.StartsWith("switch", Good("roll-switch"), StringComparison.Ordinal);
        Assert.Contains("that the next authority did not sign", Bad("roll-early-drop"), StringComparison.Ordinal);
        Good("roll-switched");
        Assert.Equal("Hello", Good("roll-old-client"));
        Assert.StartsWith("none", Good("roll-drop"), StringComparison.Ordinal);
        Good("roll-dropped");
        Bad("roll-old-refused");
        Good("roll-old-log");
        Good("roll-check");
        Good("roll-ports");
        Assert.Equal("Hello", Good("roll-get"));
        Assert.Equal("1: 3 healthy | 1: 3 healthy | 2: 3 healthy | 2: 3 healthy | 3: 3 healthy | 3: 3 healthy", Good("roll-restarts"));
        Assert.DoesNotContain("error", Good("roll-verify"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("600", Good("roll-modes"));
        // What etcd says, in whose log, and what our check says of the same.
        foreach (var (name, etcd, ours) in new[]
        {
            ("wrong-peer", "certificate is valid for 192.168.100.99, not 192.168.100.13", "certificate is valid for 192.168.100.99, not 192.168.100.13"),
            ("expired-peer", "certificate has expired or is not yet valid", "certificate has expired or is not yet valid"),
            ("future-peer", "certificate has expired or is not yet valid", "certificate has expired or is not yet valid"),
            ("other-authority", "certificate signed by unknown authority", "certificate signed by unknown authority"),
        })
        {
            Assert.Contains(etcd, Good($"{name}-etcd"), StringComparison.Ordinal);
            Assert.Equal("0", said[$"{name}-own"].Text);
            Assert.Matches($"logs of etcd-node-3: .*{ours}", Bad(name));
        }
        Assert.Contains("context deadline exceeded", Bad("wrong-server-etcdctl"), StringComparison.Ordinal);
        Assert.Contains("its certificate is wrong: it is not for 192.168.100.13, but for 192.168.100.99", Bad("wrong-server"), StringComparison.Ordinal);
        Assert.Contains("context deadline exceeded", Bad("other-server-etcdctl"), StringComparison.Ordinal);
        Assert.Contains("its certificate is wrong: it was signed by CN=other", Bad("other-server"), StringComparison.Ordinal);
        Assert.Contains("private key does not match public key", Good("other-key-etcd"), StringComparison.Ordinal);
        Assert.Contains("192.168.100.13:2379: Connection refused", Bad("other-key"), StringComparison.Ordinal);
        Assert.Contains("etcd-node-3 logs: tls: private key does not match public key", Bad("other-key"), StringComparison.Ordinal);
        Assert.Contains("peer-key.pem: permission denied", Good("unreadable-etcd"), StringComparison.Ordinal);
        Assert.Contains("192.168.100.13:2379: Connection refused", Bad("unreadable"), StringComparison.Ordinal);
        Assert.Matches("etcd-node-3 logs: open .*peer-key.pem: permission denied", Bad("unreadable"));
        Assert.Contains("it is not for 192.168.100.13, but for etcd-node-3, 192.168.100.99", Bad("wrong-san"), StringComparison.Ordinal);
        Assert.Contains("the other members would refuse it", Bad("wrong-san-refused"), StringComparison.Ordinal);
        Good("faults-over");
        Good("backup");
        Good("backup-status");
        Assert.Equal("600", Good("backup-mode"));
        Assert.Contains("is not a whole snapshot of etcd", Bad("restore-torn"), StringComparison.Ordinal);
        Assert.Contains("Use another token", Bad("restore-same"), StringComparison.Ordinal);
        Assert.Equal("etcd-token-2", Good("restore"));
        Good("restore-fsck");
        Assert.Matches(@"Mode: +0600 .*User: +232 +Group: +232", Good("restore-owner"));
        Good("restored");
        Assert.Equal("Saved", Good("restored-get"));
        // The new token gives the members new ids, and those are the ones that we computed.
        var ids = System.Text.RegularExpressions.Regex.Matches(Good("restored-planned"), "[0-9a-f]{15,16}").Select(match => match.Value).ToList();
        Assert.Equal(3, ids.Count);
        Assert.DoesNotContain("7c35e6112f639de0", ids);
        Assert.All(ids, id => Assert.Contains(id, said["restored-members"].Text, StringComparison.Ordinal));
        // Nothing that was printed or logged holds a key.
        var lines = Certificates.KeyScanner.Lines(_folder["xen/guests/etcd/certs"]);
        Assert.Empty(Certificates.KeyScanner.Find(run.All, lines));
        Assert.All(new[] { "log-1", "log-2", "log-3" }, log => Assert.Empty(Certificates.KeyScanner.Find(File.ReadAllText(_folder[log]), lines)));
    }
}
