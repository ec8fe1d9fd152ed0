using XenKube.Clusters;
using XenKube.Images;
using XenKube.Tests.Booting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Nodes of each distribution: New-Node from its image, Get-Node, and the language of the config.</summary>
[Trait("Kind", "Process")]
public sealed class NodeDistributionCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();
    private readonly TemporaryDirectory _folder = new();

    public NodeDistributionCmdletTests()
    {
        LayoutImage.NeedTools();
        _session.Run("$null = New-Cluster web").ShouldSucceed();
    }

    public void Dispose()
    {
        _session.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("flatcar", "flatcar-4593.2.5", "4593.2.5", "bin.bz2", ImageDistribution.Flatcar, "flatcar 1.1.0")]
    [InlineData("fedora-coreos", "fedora-coreos-44.20261101.3.0", "44.20261101.3.0", "raw.xz", ImageDistribution.FedoraCoreOS, "fcos 1.7.0")]
    public void Node_is_made_from_the_image_of_its_distribution(string image, string name, string release, string ending, ImageDistribution distribution, string language)
    {
        Tool.Need("python3");
        Store(image, name, ending, image == "flatcar" ? [release] : []);
        // Another distribution's image of the same version is not taken for it.
        Store("coreos", $"coreos-{release}", "bin.bz2");
        var node = _session.Run($"New-Node web node-1 -Image {name} -AdditionalSpace 64MB -SkipVerification -WarningAction Ignore").One<Node>();
        Assert.Equal((distribution, release), (node.Distribution, node.Release));
        Assert.Equal(new FileInfo(_folder[$"{image}.img"]).Length + (64 << 20), new FileInfo(node.DiskPath).Length);
        Assert.Equal([$"{distribution} {release}"], _session.Run("Get-Node web | ForEach-Object { \"$($_.Distribution) $($_.Release)\" }").Lines());
        Assert.Contains($" {distribution} ", _session.Run("Get-Node web | Out-String -Width 200").Lines().Single(), StringComparison.Ordinal);
        Assert.Empty(_session.Run("Get-Node web | Where-Object Distribution -eq CoreOS").ShouldSucceed().Output);
        Assert.NotEmpty(_session.Run($"Get-DiskPartition {node.FullName} | Where-Object Label -eq EFI-SYSTEM").ShouldSucceed().Output);

        _session.Write("guests/web/node-1.ct", "storage:\n  files:\n    - path: /etc/motd\n      contents:\n        inline: hello\n");
        Assert.Equal([language], _session.Run("(ConvertTo-Ignition -LiteralPath guests/web/node-1.ct).Dialect").Lines());
        _session.Run("Publish-Ignition web node-1").ShouldSucceed();
        Assert.Contains("\"version\":\"3.", _session.Read("nginx/web/node-1.json"), StringComparison.Ordinal);
    }

    private void Store(string image, string name, string ending, params string[] releases)
    {
        NodeImages.Make(image, _folder, $"{image}.img", null, releases);
        var output = _session[$"images/{name}.{ending}"];
        Tool.Run("python3", Project.Tests("dom0", "pack.py"), ending.Split('.')[1], _folder[$"{image}.img"], output).ShouldSucceed();
    }
}
