using XenKube.Etcd;

namespace XenKube.Tests.Etcd;

/// <summary>Lines as etcd 3.4 and 3.5 write them.</summary>
public sealed class EtcdPeerLogTests
{
    private static readonly EtcdMember Member = new("etcd", null, "etcd-node-3", "521d9cc310c2aecb") { PeerUri = "https://192.168.100.13:2380" };

    [Theory]
    [InlineData("""2026-11-28 17:22:12.87 I | embed: rejected connection from "192.168.100.13:57012" (error "tls: \"192.168.100.13\" does not match any of DNSNames [\"etcd-node-9\"]", ServerName "")""",
        "tls: \"192.168.100.13\" does not match any of DNSNames [\"etcd-node-9\"]")]
    [InlineData("""2026-11-28 17:22:05.55 W | rafthttp: health check for peer 521d9cc310c2aecb could not connect: x509: certificate is valid for 192.168.100.99, not 192.168.100.13""",
        "x509: certificate is valid for 192.168.100.99, not 192.168.100.13")]
    [InlineData("""2026-11-28 17:33:02.30 W | etcdserver: failed to reach the peerURL(https://192.168.100.13:2380) of member 521d9cc310c2aecb (Get "https://192.168.100.13:2380/version": x509: certificate is valid for 192.168.100.99, not 192.168.100.13)""",
        "x509: certificate is valid for 192.168.100.99, not 192.168.100.13")]
    [InlineData("""embed: rejected connection from "192.168.100.13:1" (error "tls: \"192.168.100.13\" does not match any of DNSNames [\"elsewhere\"] (lookup elsewhere on 10.0.0.1:53: dial udp: unreachable)", ServerName "")""",
        "tls: \"192.168.100.13\" does not match any of DNSNames [\"elsewhere\"]")]
    [InlineData("""{"level":"warn","msg":"rejected connection","remote-addr":"192.168.100.13:4711","server-name":"","error":"tls: bad certificate"}""", "tls: bad certificate")]
    [InlineData("""{"level":"warn","msg":"prober detected unhealthy status","round-tripper-name":"ROUND_TRIPPER_SNAPSHOT","remote-peer-id":"521d9cc310c2aecb","rtt":"0s","error":"x509: certificate signed by unknown authority"}""",
        "x509: certificate signed by unknown authority")]
    [InlineData("""2026-11-28 17:22:12.87 E | rafthttp: request cluster ID mismatch (got 58dc2666e2365a96 want c66a3b4d42f3b9b1)""",
        "request cluster ID mismatch (got 58dc2666e2365a96 want c66a3b4d42f3b9b1)")]
    [InlineData("""2026-11-28 17:22:12.87 E | rafthttp: request sent was ignored (cluster ID mismatch: remote[aef3e78ed8950e34]=1, local=2)""",
        "request sent was ignored (cluster ID mismatch: remote[aef3e78ed8950e34]=1, local=2)")]
    public void Line_about_the_member_is_found(string line, string text) =>
        Assert.Equal(text, EtcdPeerLog.Find($"etcdserver: published\n{line}\nraft: elected\n", Member));

    [Fact]
    public void Refused_connection_of_before_does_not_hide_a_reason() => Assert.Equal("request sent was ignored (cluster ID mismatch: peer[521d9cc310c2aecb]=1, local=2)", EtcdPeerLog.Find(
        "E | rafthttp: request sent was ignored (cluster ID mismatch: peer[521d9cc310c2aecb]=1, local=2)\nW | rafthttp: health check for peer 521d9cc310c2aecb could not connect: dial tcp 192.168.100.13:2380: connect: connection refused\n", Member));

    [Theory]
    [InlineData("""embed: rejected connection from "192.168.100.12:57012" (error "tls: bad certificate", ServerName "")""")]
    [InlineData("""rafthttp: health check for peer aef3e78ed8950e34 could not connect: x509: certificate is valid for 192.168.100.99""")]
    [InlineData("")]
    public void Line_about_another_is_not_taken(string line) => Assert.Null(EtcdPeerLog.Find(line, Member));

    [Theory]
    [InlineData("2026-11-28 17:22:12.87 C | etcdmain: open /etc/ssl/certs/etcd/peer-key.pem: permission denied", "open /etc/ssl/certs/etcd/peer-key.pem: permission denied")]
    [InlineData("C | etcdmain: member 521d9cc310c2aecb has already been bootstrapped", "member 521d9cc310c2aecb has already been bootstrapped")]
    [InlineData("panic: tocommit(12) is out of range [lastIndex(0)]. Was the raft log corrupted, truncated, or lost?", "tocommit(12) is out of range [lastIndex(0)]. Was the raft log corrupted, truncated, or lost?")]
    [InlineData("""{"level":"fatal","ts":1,"msg":"discovery failed","error":"tls: private key does not match public key","stacktrace":"x"}""", "tls: private key does not match public key")]
    public void Why_an_etcd_ended_is_found_in_its_own_log(string line, string text)
    {
        Assert.Equal(text, EtcdPeerLog.FindEnd($"2026 C | etcdmain: an older end\netcdmain: starting\n{line}\ngoroutine 1 [running]:\n"));
        Assert.Null(EtcdPeerLog.FindEnd("2026 I | etcdserver: C and panic: in the middle of a line\n2026 W | rafthttp: lost"));
    }

    [Fact]
    public void Last_line_is_the_one_that_counts_and_prints_no_control_characters() => Assert.Equal("now\\e[31m", EtcdPeerLog.Find(
        "rejected connection from \"192.168.100.13:1\" (error \"before\", x)\nrejected connection from \"192.168.100.13:2\" (error \"now\u001b[31m\", x)", Member)!
        .Replace("\\u001b", "\\e", StringComparison.Ordinal).Replace("\\x1b", "\\e", StringComparison.Ordinal));
}
