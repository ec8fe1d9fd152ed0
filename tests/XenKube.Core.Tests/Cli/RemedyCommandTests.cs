using System.Text.Json;
using System.Text.RegularExpressions;
using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>A remedy is a promise: each test makes a fault, types the command that the remedy names, and sees the fault gone.</summary>
[Trait("Kind", "Process")]
public sealed partial class RemedyCommandTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public RemedyCommandTests()
    {
        foreach (var name in new[] { "images", "guests/etcd", "nginx/etcd", "keys" })
        {
            Directory.CreateDirectory(_folder[name]);
        }
        _folder.Write("xenkube.json", JsonSerializer.Serialize(new { reservationsFile = "hostsfile", mirror = Project.Tests("assets", "release") }));
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n");
        new XenKube.Images.Signatures.TrustStore(_folder["keys"]).Import(Project.Tests("assets", "Sample_Image_Signing_Key.asc"));
    }

    public void Dispose() => _folder.Dispose();

    private CommandLineRun Run(params string[] words) => CommandLineRun.Of([.. words, "--xen-dir", _folder.Path]);

    /// <summary>The command in a text, as a shell would split it.</summary>
    private static string[] CommandIn(string text)
    {
        var match = Command().Match(text);
        Assert.True(match.Success, text);
        return [.. Word().Matches(match.Value).Select(word => word.Value.Trim('\'')).Skip(1)];
    }

    /// <summary>Fails, types what the error says, and does not fail any more.</summary>
    private void FollowRemedy(params string[] words)
    {
        var failed = Run(words);
        Assert.Equal(1, failed.ExitCode);
        Run(CommandIn(failed.Error)).ShouldSucceed();
        Run(words).ShouldSucceed();
    }

    private void StoreImage()
    {
        File.Copy(SampleImage.ClassicArchive, _folder["images/coreos-1520.9.0.bin.bz2"]);
        File.Copy(SampleImage.ClassicArchive + ".sig", _folder["images/coreos-1520.9.0.bin.bz2.sig"]);
    }

    private void MakeNode()
    {
        SampleImage.Copy(SampleImage.Classic, _folder, "guests/etcd/node-1.img");
        _folder.Write("guests/etcd/node-1.ct", "passwd: {}\n");
        _folder.Write("guests/etcd/node-1.cfg", XenGuestConfig.Create("etcd-node-1", 1024, 1, XenVif.Create(MacAddress.Parse("00:16:3e:4e:31:11")), [XenDisk.Create(_folder["guests/etcd/node-1.img"])]).ToString());
    }

    [Fact]
    public void Check_takes_the_options_by_which_the_config_was_published()
    {
        MakeNode();
        _folder.Write("guests/etcd/node-1.ct", "etcd:\n  version: 3.2.0\n  advertise_client_urls: http://{PRIVATE_IPV4}:2379\n");
        Run("ignition", "publish", "etcd/node-1", "--platform", "ec2").ShouldSucceed();
        Assert.Contains("does not transpile: ", Run("node", "check", "etcd/node-1", "--skip-signature").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("does not transpile: ", Run("node", "check", "etcd/node-1", "--skip-signature", "--platform", "ec2").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Cluster_that_is_missing_is_made() => FollowRemedy("cluster", "list", "kube");

    [Fact]
    public void Image_that_is_missing_is_downloaded() => FollowRemedy("node", "new", "etcd/node-9");

    [Fact]
    public void Node_that_is_missing_is_made()
    {
        StoreImage();
        FollowRemedy("node", "list", "etcd/node-9");
    }

    [Theory]
    [InlineData("cluster", "remove", "etcd")]
    [InlineData("guest", "new", "etcd/node-1")]
    public void Refusal_is_overridden_by_the_option_that_is_named(params string[] words)
    {
        MakeNode();
        var failed = Run(words);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("--force", failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(" -Force", failed.Error, StringComparison.Ordinal);
        Run([.. words, "--force"]).ShouldSucceed();
    }

    [Fact]
    public void Image_without_a_signature_is_taken_with_the_option_that_is_named()
    {
        File.Copy(SampleImage.ClassicArchive, _folder["images/coreos-1520.9.0.bin.bz2"]);
        var failed = Run("node", "new", "etcd/node-9");
        Assert.Contains("--skip-verification", failed.Error, StringComparison.Ordinal);
        Run("node", "new", "etcd/node-9", "--skip-verification").ShouldSucceed();
    }

    [Fact]
    public void Every_fault_of_a_node_whose_remedy_is_a_command_is_gone_after_it()
    {
        StoreImage();
        MakeNode();
        var followed = new HashSet<string>();
        void Follow(string name)
        {
            var check = Check(name);
            Assert.True(check.Status != "Pass", name);
            Assert.DoesNotMatch("[A-Z][a-z]+-[A-Z]", check.Remedy);
            Run(CommandIn(check.Remedy)).ShouldSucceed();
            Assert.True(Check(name).Status == "Pass", Check(name).ToString());
            followed.Add(name);
        }
        Follow("url");
        Follow("machine-id");
        using (var disk = NodeDisk.OpenWrite(_folder["guests/etcd/node-1.img"]))
        using (var boot = disk.OpenFileSystem("EFI-SYSTEM"))
        {
            boot.Remove("/coreos/first_boot");
        }
        Follow("first-boot");
        Follow("ignition");
        _folder.Write("guests/etcd/node-1.ct", "passwd: {users: [{name: core}]}\n");
        Follow("ignition");
        _folder.Write("nginx/etcd/node-1.json", "{");
        File.Delete(_folder["guests/etcd/node-1.cfg"]);
        Follow("config");
        _folder.Write("guests/etcd/node-1.cfg", "name = \"etcd-node-1\"\nmemory = \"1024\"\nvif = [ '' ]\nbootloader = \"pygrub\"\ndisk = [ '/elsewhere.img,raw,xvda' ]\n");
        Follow("config");
        File.Delete(_folder["images/coreos-1520.9.0.bin.bz2"]);
        File.Delete(_folder["images/coreos-1520.9.0.bin.bz2.sig"]);
        Follow("signature");
        File.Delete(_folder["guests/etcd/node-1.img"]);
        Follow("disk");
        Assert.Equal(7, followed.Count);
    }

    private (string Status, string Message, string Remedy) Check(string name)
    {
        var output = Run("node", "check", "etcd/node-1", "--json").Output;
        using var document = JsonDocument.Parse(output);
        var check = document.RootElement.EnumerateArray().FirstOrDefault(item => item.GetProperty("name").GetString() == name);
        // A check of a disk that is not there any more has nothing to say.
        return check.ValueKind == JsonValueKind.Undefined ? ("Pass", "", "")
            : (check.GetProperty("status").GetString()!, check.GetProperty("message").GetString()!, check.GetProperty("remedy").GetString()!);
    }

    [GeneratedRegex(@"xenkube( '[^']*'| [\w./:-]+)+")]
    private static partial Regex Command();

    [GeneratedRegex(@"'[^']*'|[^ ]+")]
    private static partial Regex Word();
}
