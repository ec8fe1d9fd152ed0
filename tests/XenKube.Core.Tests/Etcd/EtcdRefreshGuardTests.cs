using XenKube.Clusters;
using XenKube.Etcd;
using XenKube.Tests.Certificates;

namespace XenKube.Tests.Etcd;

/// <summary>Which members may be away, by what the cluster says. The same with a real etcd is in etcd-cluster.sh.</summary>
public sealed class EtcdRefreshGuardTests : IDisposable
{
    private readonly CertificateWorld _world = new(nodes: 5);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("+++", "1", null)]
    [InlineData("+++", "1,2", "2 members of the etcd cluster")]
    [InlineData("+++++", "1,2", "2 members of the etcd cluster")]
    [InlineData("++-", "1", "1 of 3 members of the etcd cluster etcd would be left, and 2 are needed; not healthy: etcd-node-3")]
    [InlineData("++-", "3", null)]
    [InlineData("++++-", "1", null)]
    [InlineData("+++--", "1", "2 of 5 members")]
    [InlineData("+--", "1", null)]
    [InlineData("+", "1", null)]
    [InlineData("++", "1", "1 of 2 members")]
    public void Members_may_be_away_while_the_others_carry_the_cluster(string healthy, string away, string? refusal)
    {
        IReadOnlyList<EtcdMember> members = [.. healthy.Select((sign, index) =>
            new EtcdMember("etcd", _world.Node(index + 1), $"etcd-node-{index + 1}", $"{index}") { State = EtcdMemberState.Started, IsHealthy = sign == '+' })];
        Node[] nodes = [.. away.Split(',').Select(number => _world.Node(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)))];
        if (refusal is null)
        {
            EtcdRefreshGuard.Require(nodes, members);
            return;
        }
        var error = Assert.Throws<OperationFailedException>(() => EtcdRefreshGuard.Require(nodes, members));
        Assert.Equal("EtcdChangeUnsafe", error.Id.Name);
        Assert.Contains(refusal, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cluster_without_certificates_is_not_asked() => new EtcdRefreshGuard(_world.Directory).RequireSpare([_world.Node(1), _world.Node(2)], TestContext.Current.CancellationToken);
}
