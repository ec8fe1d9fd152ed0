using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(XenKube.Tests.Support.LongestFirst))]

namespace XenKube.Tests.Support;

/// <summary>
/// Starts the classes that wait for minutes, for packets and for other programs, before all others: one that comes last has the whole run wait
/// for it.
/// </summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(Etcd.EtcdClusterTests), nameof(Firewall.FirewallPacketTests), nameof(Firewall.NftPacketTests), nameof(Attacks.InjectionTests),
        nameof(Firewall.FirewallIPv6Tests), nameof(Clusters.RollingRefreshTests), nameof(Clusters.NodeTransferTests), nameof(Clusters.NodeTransferCrashTests),
        nameof(Hosting.TimeLanguageTests), nameof(Hostile.ImageLimitsTests), nameof(Compression.Bzip2.Bzip2CorpusTests), nameof(Booting.Program.BootLoaderTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is var place and >= 0 ? place : Long.Length)];
}
