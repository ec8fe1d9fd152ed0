using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Guests;
using XenKube.Images;
using XenKube.Tests.Booting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>The distribution of a node, by the disk that it has now, and what follows for its config and its guest.</summary>
[Trait("Kind", "Process")]
public sealed class NodeDistributionTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly XenDirectory _directory;

    public NodeDistributionTests()
    {
        LayoutImage.NeedTools();
        Directory.CreateDirectory(_folder["guests/web"]);
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n");
        _folder.Write("guests/web/node-1.ct", "passwd: {}\n");
        _directory = new XenDirectory(_folder.Path, onWait: null);
    }

    private Node Node => new NodeStore(_directory).Describe("web", "node-1");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("coreos", ImageDistribution.CoreOS, "1520.9.0", "clc 0.5.0")]
    [InlineData("flatcar", ImageDistribution.Flatcar, "4593.2.5", "flatcar 1.1.0", "4593.2.5")]
    [InlineData("flatcar", ImageDistribution.Flatcar, "3139.2.0", "clc 0.5.0", "3139.2.0")]
    [InlineData("flatcar", ImageDistribution.Flatcar, "4593.2.5", "flatcar 1.1.0", "3185.1.0", "4593.2.5")]
    [InlineData("flatcar", ImageDistribution.Flatcar, "", "flatcar 1.1.0")]
    [InlineData("fedora-coreos", ImageDistribution.FedoraCoreOS, "44.20261101.3.0", "fcos 1.7.0")]
    [InlineData("fedora-coreos", ImageDistribution.FedoraCoreOS, "38.20230514.3.0", "fcos 1.5.0", "Fedora CoreOS 38.20230514.3.0 (CoreOS)")]
    [InlineData("fedora-coreos", ImageDistribution.FedoraCoreOS, "", "fcos 1.5.0", "My own title")]
    public void Node_is_what_its_disk_says(string image, ImageDistribution distribution, string release, string dialect, params string[] releases)
    {
        NodeImages.Make(image, _folder, "guests/web/node-1.img", null, releases);
        var node = Node;
        Assert.Equal((distribution, release), (node.Distribution, node.Release));
        Assert.Equal(dialect, new NodeConfig(_directory, node).Transpile().Dialect);
    }

    [Fact]
    public void Node_with_another_disk_is_another_node_at_once()
    {
        var node = Node;
        Assert.Equal((null, ""), (node.Distribution, node.Release));
        NodeImages.Make("flatcar", _folder, "guests/web/node-1.img", null, "4593.2.5");
        Assert.Equal((ImageDistribution.Flatcar, "4593.2.5"), (node.Distribution, node.Release));
        File.Delete(node.DiskPath);
        NodeImages.Make("fedora-coreos", _folder, "guests/web/node-1.img");
        Assert.Equal(ImageDistribution.FedoraCoreOS, node.Distribution);
        File.WriteAllBytes(node.DiskPath, [1, 2, 3]);
        Assert.Equal((null, ""), (node.Distribution, node.Release));
    }

    [Fact]
    public void Check_names_the_release_and_a_config_that_the_release_does_not_take_with_the_language_that_it_takes()
    {
        NodeImages.Make("fedora-coreos", _folder, "guests/web/node-1.img");
        Directory.CreateDirectory(Path.GetDirectoryName(Node.IgnitionPath)!);
        File.WriteAllText(Node.IgnitionPath, """{"ignition":{"version":"2.1.0"}}""");
        var results = Check();
        Assert.Equal((CheckStatus.Pass, "Fedora CoreOS 44.20261101.3.0"), (results["release"].Status, results["release"].Message));
        Assert.Equal(CheckStatus.Fail, results["ignition"].Status);
        Assert.Contains("takes generation 3 only", results["ignition"].Message, StringComparison.Ordinal);
        Assert.Contains("Butane fcos 1.7.0", results["ignition"].Remedy, StringComparison.Ordinal);

        // The remedy: the config is in that language already, and is published.
        var config = new NodeConfig(_directory, Node);
        config.Publish(config.Transpile());
        Assert.Equal(CheckStatus.Pass, Check()["ignition"].Status);
    }

    [Theory]
    [InlineData("fedora-coreos", "flatcar.config.url", "ignition.config.url")]
    [InlineData("fedora-coreos", "coreos.config.url", "ignition.config.url")]
    [InlineData("flatcar", "coreos.config.url", null)]
    [InlineData("flatcar", "ignition.config.url", null)]
    public void Kernel_parameter_that_the_guests_ignition_does_not_know_is_found_and_mended(string image, string parameter, string? mended)
    {
        NodeImages.Make(image, _folder, "guests/web/node-1.img");
        var node = Node;
        File.WriteAllText(node.GuestConfigPath, $"""
            name = "web-node-1"
            type = "pvh"
            memory = "1024"
            bootloader = "/usr/lib/xenkube/xenkube-boot"
            bootloader_args = [ "--guest-type=pvh" ]
            extra = "{parameter}={node.IgnitionUri}"
            vif = [ 'mac=00:16:3e:4e:31:11,bridge=virbr1' ]
            disk = [ '{node.DiskPath},raw,xvda' ]

            """);
        Assert.Equal(mended is null ? CheckStatus.Pass : CheckStatus.Fail, Check()["url"].Status);
        new IgnitionResetter(_directory).Reset([node], new IgnitionResetOptions { Steps = [IgnitionResetStep.Parse("grub")] });
        // The step was named alone, so that it opens no disk where the guest configuration says how the node starts.
        new IgnitionResetter(_directory).Reset([node], new IgnitionResetOptions());
        Assert.Equal(CheckStatus.Pass, Check()["url"].Status);
        Assert.Equal($"{mended ?? parameter}={node.IgnitionUri}", XenGuestConfig.Read(node.GuestConfigPath).GetText("extra"));
    }

    private Dictionary<string, CheckResult> Check() =>
        new NodeCheck(_directory, new NodeCheckOptions { Signature = false }).Run(Node).ToDictionary(result => result.Name);
}
