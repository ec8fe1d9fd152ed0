using System.Globalization;
using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Tests.Booting;
using XenKube.Tests.Cli;
using XenKube.Tests.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Nodes that are renamed and copied: every file that belongs to them, their identities, and what is refused.</summary>
[Trait("Kind", "Process")]
public sealed class NodeTransferTests : IDisposable
{
    private const long RootStart = 2487222272, OemStart = 2285895680;

    private readonly TemporaryDirectory _xenDir = new();

    public NodeTransferTests()
    {
        foreach (var name in new[] { "guests/etcd/certs", "guests/web", "nginx/etcd", "images" })
        {
            Directory.CreateDirectory(_xenDir[name]);
        }
        _xenDir.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _xenDir.Write("hostsfile", string.Concat(Enumerable.Range(11, 4).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"00:16:3e:4e:31:{i},192.168.100.{i}\n"))));
        SampleImage.Copy(SampleImage.Classic, _xenDir, "guests/etcd/node-1.img");
        _xenDir.Write("guests/etcd/node-1.ct.tmpl", """storage: {files: [{filesystem: root, path: /etc/hostname, contents: {inline: "${Node.GuestName}"}}]}""");
        _xenDir.Write("guests/etcd/node-1.cfg", $"""
            # mine
            bootloader = "pygrub"
            name = "etcd-node-1"   # the name
            memory = "1536"
            uuid = "5e2b3f6c-0000-4000-8000-000000000001"
            vcpus = 2
            vif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1,vifname=first', 'mac=00:16:3e:00:00:01,bridge=xenbr1' ]
            disk = [ '{_xenDir["guests/etcd/node-1.img"]},raw,xvda', '/dev/vg/data,raw,xvdb', '/srv/iso,raw,xvdc,r' ]

            """);
        Xk("node", "refresh", "etcd/node-1").ShouldSucceed();
    }

    public void Dispose() => _xenDir.Dispose();

    [Fact]
    public void Renamed_node_takes_everything_with_it_and_changes_nothing_else()
    {
        Tool.Need("debugfs", "e2fsck");
        foreach (var word in new[] { "server", "peer", "client" })
        {
            _xenDir.Write($"guests/etcd/certs/etcd-node-1-{word}.pem", word);
            _xenDir.Write($"guests/etcd/certs/etcd-node-1-{word}-key.pem", word + " key");
        }
        // The files of this node begin like those of the other.
        _xenDir.Write("guests/etcd/certs/etcd-node-1-a-server.pem", "of another node");
        _xenDir.Write("guests/etcd/cluster.json",
            """{ "etcd": { "members": ["node-2", "node-1"], "joining": ["node-1"] }, "nodes": { "node-1": { "configSource": "Http" } } }""");
        var config = File.ReadAllText(_xenDir["guests/etcd/node-1.cfg"]);
        var published = File.ReadAllText(_xenDir["nginx/etcd/node-1.json"]);
        var files = Files();

        var run = Xk("node", "rename", "etcd/node-1", "node-9").ShouldSucceed();
        Assert.Contains("its certificates are for etcd-node-1", run.Error, StringComparison.Ordinal);
        Assert.Equal(files.Select(file => file.Replace("node-1.", "node-9.", StringComparison.Ordinal)
            .Replace("node-1-server", "node-9-server", StringComparison.Ordinal).Replace("node-1-peer", "node-9-peer", StringComparison.Ordinal)
            .Replace("node-1-client", "node-9-client", StringComparison.Ordinal)).Order(StringComparer.Ordinal), Files());
        Assert.Equal("peer key", File.ReadAllText(_xenDir["guests/etcd/certs/etcd-node-9-peer-key.pem"]));
        Assert.Equal(config.Replace("node-1", "node-9", StringComparison.Ordinal), File.ReadAllText(_xenDir["guests/etcd/node-9.cfg"]));
        Assert.Equal(published, File.ReadAllText(_xenDir["nginx/etcd/node-9.json"]));
        var settings = ClusterRoles.Read(_xenDir["guests/etcd/cluster.json"]);
        Assert.Equal(["node-2", "node-9"], settings.Etcd);
        Assert.Equal(["node-9"], settings.Joining);
        Assert.DoesNotContain("node-1", File.ReadAllText(_xenDir["guests/etcd/cluster.json"]), StringComparison.Ordinal);
        Assert.Contains("http://192.168.100.1/etcd/node-9.json", OnDisk("node-9", OemStart, "cat /grub.cfg"), StringComparison.Ordinal);
        Sound("node-9");

        // The guest learns its name from its config, which the refresh makes again.
        Xk("node", "refresh", "etcd/node-9").ShouldSucceed();
        Assert.Contains("etcd-node-9", File.ReadAllText(_xenDir["nginx/etcd/node-9.json"]), StringComparison.Ordinal);
        Assert.Equal(files.Length, Files().Length);
    }

    [Fact]
    public void Copy_is_a_node_of_its_own_and_the_first_stays_as_it_was()
    {
        Tool.Need("debugfs", "e2fsck");
        foreach (var (path, text) in new[] { ("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"), ("/etc/ssh/ssh_host_rsa_key", "secret"),
            ("/etc/ssh/sshd_config", "UsePAM yes\n"), ("/var/lib/systemd/random-seed", "seed"), ("/var/lib/etcd/member/snap/db", "data") })
        {
            Put(path, text);
        }
        var before = Files();
        var config = File.ReadAllText(_xenDir["guests/etcd/node-1.cfg"]);
        var sum = Sum("node-1");

        var run = Xk("node", "copy", "etcd/node-1", "node-2", "web/node-3").ShouldSucceed();
        Assert.Contains("its guest does not have the disk /dev/vg/data, which etcd/node-1 writes to", run.Error, StringComparison.Ordinal);
        Assert.Equal(sum, Sum("node-1"));
        Assert.Equal(config, File.ReadAllText(_xenDir["guests/etcd/node-1.cfg"]));
        Assert.Equal([.. before, "guests/etcd/node-2.cfg", "guests/etcd/node-2.ct.tmpl", "guests/etcd/node-2.img", "guests/web/node-3.cfg",
            "guests/web/node-3.ct.tmpl", "guests/web/node-3.img"], Files().OrderBy(file => before.Contains(file) ? 0 : 1).ThenBy(file => file, StringComparer.Ordinal));

        var copy = XenGuestConfig.Read(_xenDir["guests/etcd/node-2.cfg"]);
        Assert.Equal(("etcd-node-2", 1536L, 2L), (copy.Name, copy.Memory, copy.VCpus));
        Assert.Equal($"{_xenDir["guests/etcd/node-2.img"]},raw,xvda /srv/iso,raw,xvdc,r", string.Join(' ', copy.Disks));
        Assert.Equal("00:16:3e:4e:31:12", copy.Vifs[0].MacText);
        Assert.DoesNotContain("vifname", copy.Vifs[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("xenbr1", copy.Vifs[1].Bridge);
        Assert.Null(copy.Get("uuid"));
        Assert.StartsWith("# mine\n", copy.ToString(), StringComparison.Ordinal);
        string?[] macs = [.. new[] { "etcd/node-1", "etcd/node-2", "web/node-3" }.SelectMany(node => XenGuestConfig.Read(_xenDir[$"guests/{node}.cfg"]).Vifs)
            .Select(card => card.MacText)];
        Assert.Equal(6, macs.OfType<string>().Distinct().Count());

        foreach (var path in new[] { "/etc/machine-id", "/etc/ssh/ssh_host_rsa_key", "/var/lib/systemd/random-seed", "/var/lib/etcd/member" })
        {
            Assert.Contains("not found", OnDisk("node-2", RootStart, $"stat {path}"), StringComparison.Ordinal);
            Assert.DoesNotContain("not found", OnDisk("node-1", RootStart, $"stat {path}"), StringComparison.Ordinal);
        }
        Assert.Contains("UsePAM", OnDisk("node-2", RootStart, "cat /etc/ssh/sshd_config"), StringComparison.Ordinal);
        Assert.Contains("/etcd/node-2.json", OnDisk("node-2", OemStart, "cat /grub.cfg"), StringComparison.Ordinal);
        Assert.Contains("/web/node-3.json", OnDisk("node-3", OemStart, "cat /grub.cfg", "web"), StringComparison.Ordinal);
        Sound("node-2");
        Xk("node", "refresh", "etcd/node-2").ShouldSucceed();
        Assert.Contains("etcd-node-2", File.ReadAllText(_xenDir["nginx/etcd/node-2.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_with_the_host_follows_a_rename_stays_with_the_source_of_a_copy_and_ends_with_the_node()
    {
        var directory = new XenDirectory(_xenDir.Path, onWait: null) { SystemRoot = _xenDir["system"] };
        var nodes = new NodeStore(directory);
        Directory.CreateDirectory(_xenDir["system/etc/xen/auto"]);
        File.CreateSymbolicLink(_xenDir["system/etc/xen/auto/by-hand"], _xenDir["guests/etcd/node-1.cfg"]);
        _xenDir.Write("system/etc/xen/auto/of-another", "name = \"another\"\n");

        var renamed = new NodeRenamer(directory).Rename(nodes.List(NodeName.Parse("etcd/node-1")).Single(), "node-9").Node;
        Assert.Equal(["etcd-node-0009.cfg", "of-another"], Links().Keys);
        Assert.Equal(_xenDir["guests/etcd/node-9.cfg"], Links()["etcd-node-0009.cfg"]);

        var copy = new NodeCopier(directory).Copy(renamed, NodeName.Parse("etcd/node-2")).Node;
        Assert.Equal(["etcd-node-0009.cfg", "of-another"], Links().Keys);
        Assert.Null(new GuestAutoStart(_xenDir["system"]).Find(copy.GuestConfigPath));

        new NodeStore(directory).Remove(renamed);
        Assert.Equal(["of-another"], Links().Keys);
        new NodeGuests(directory).SetAutoStart([copy.GuestConfigPath], isOn: true);
        Assert.Equal(["etcd-node-0002.cfg", "of-another"], Links().Keys);
        new ClusterStore(directory).Remove("etcd", withNodes: true);
        Assert.Equal(["of-another"], Links().Keys);

        SortedDictionary<string, string?> Links() => new(Directory.GetFiles(_xenDir["system/etc/xen/auto"])
            .ToDictionary(file => Path.GetFileName(file), file => new FileInfo(file).LinkTarget), StringComparer.Ordinal);
    }

    [Fact]
    public void Removed_node_takes_its_certificates_with_it_and_those_of_others_stay()
    {
        foreach (var word in new[] { "server", "peer", "client" })
        {
            _xenDir.Write($"guests/etcd/certs/etcd-node-1-{word}.pem", word);
            _xenDir.Write($"guests/etcd/certs/etcd-node-1-{word}-key.pem", word + " key");
        }
        _xenDir.Write("guests/etcd/certs/etcd-node-1-a-server.pem", "of another node");
        _xenDir.Write("guests/etcd/certs/ca.pem", "of the cluster");
        Xk("node", "remove", "etcd/node-1").ShouldSucceed();
        Assert.Equal(["guests/etcd/certs/ca.pem", "guests/etcd/certs/etcd-node-1-a-server.pem"],
            Files().Where(file => file.StartsWith("guests/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Config_that_no_template_makes_is_copied_with_a_word_about_the_names_in_it()
    {
        File.Delete(_xenDir["guests/etcd/node-1.ct.tmpl"]);
        _xenDir.Write("guests/etcd/node-1.ct", "storage: {files: [{filesystem: root, path: /etc/hostname, contents: {inline: etcd-node-1}}]}\n");
        var run = Xk("node", "copy", "etcd/node-1", "node-2").ShouldSucceed();
        Assert.Contains("is the config of etcd/node-1, and has etcd-node-1, node-1 in it", run.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(_xenDir["guests/etcd/node-1.ct"]), File.ReadAllText(_xenDir["guests/etcd/node-2.ct"]));
    }

    [Theory]
    [InlineData("node-2.img")]
    [InlineData("node-2.ct")]
    [InlineData("node-2.config-disk")]
    [InlineData("certs/etcd-node-2-client-key.pem")]
    [InlineData("../../nginx/etcd/node-2.json")]
    public void Nothing_is_written_over(string taken)
    {
        _xenDir.Write($"guests/etcd/{taken}", "mine");
        var before = Files();
        foreach (var verb in new[] { "rename", "copy" })
        {
            Xk("node", verb, "etcd/node-1", "node-2").ShouldFailWith(Path.GetFullPath(_xenDir[$"guests/etcd/{taken}"]), "it is there already");
            Assert.Equal(before, Files());
        }
        Assert.Equal("mine", File.ReadAllText(_xenDir[$"guests/etcd/{taken}"]));
    }

    [Theory]
    [InlineData("web/node-2", "a node stays in its cluster")]
    [InlineData("../x", "a node stays in its cluster")]
    [InlineData("no de", "is not a valid node name")]
    [InlineData("cluster", "would be the one of all nodes of the cluster")]
    public void Name_that_cannot_be_one_is_refused(string name, string reason)
    {
        var before = Files();
        var run = Xk("node", "rename", "etcd/node-1", name);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [Fact]
    public void Guest_of_the_new_name_in_another_configuration_is_not_made_twice()
    {
        _xenDir.Write("guests/web/other.cfg", "name = \"etcd-node-2\"\n");
        Xk("node", "rename", "etcd/node-1", "node-2").ShouldFailWith(_xenDir["guests/web/other.cfg"], "this guest has the name etcd-node-2 already");
        Xk("node", "copy", "etcd/node-1", "node-2").ShouldFailWith(_xenDir["guests/etcd/node-2.cfg"], "the name etcd-node-2 is that of");
        Assert.False(File.Exists(_xenDir["guests/etcd/node-2.img"]));
    }

    [Fact]
    public void Disk_in_use_is_refused_and_nothing_is_changed()
    {
        var before = Files();
        using (NodeDisk.OpenWrite(_xenDir["guests/etcd/node-1.img"]))
        {
            foreach (var verb in new[] { "rename", "copy" })
            {
                Assert.Contains("node-1.img", Xk("node", verb, "etcd/node-1", "node-2").Error, StringComparison.Ordinal);
            }
        }
        Assert.Equal(before, Files());
        Xk("node", "rename", "etcd/node-1", "node-2").ShouldSucceed();
    }

    [Theory]
    [InlineData("fedora-coreos", "a copy would have the same machine-id")]
    public void System_whose_identity_cannot_be_changed_is_not_copied(string image, string reason)
    {
        LayoutImage.NeedTools();
        File.Delete(_xenDir["guests/etcd/node-1.img"]);
        NodeImages.Make(image, _xenDir, "guests/etcd/node-1.img");
        var before = Files();
        Assert.Contains(reason, Xk("node", "copy", "etcd/node-1", "node-2").Error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
        Xk("node", "rename", "etcd/node-1", "node-2").ShouldSucceed();
    }

    [Theory]
    [InlineData("etcd-node-1", "r-----", "is running", "guest stop etcd/node-1")]
    [InlineData("etcd-node-1", "-b----", "is running", "guest stop etcd/node-1")]
    [InlineData("etcd-node-1", "--p---", "is paused", "guest resume etcd/node-1")]
    [InlineData("etcd-node-1", "----c-", "crashed", "guest stop etcd/node-1 --force")]
    [InlineData("etcd-node-1", "---s--", "has shut down, and its xl", "guest stop etcd/node-1 --force")]
    [InlineData("etcd-node-2", "-b----", "there is a guest etcd-node-2 already", "Choose another name")]
    public void Guest_that_is_not_off_is_refused_and_nothing_is_changed(string guest, string state, string reason, string remedy)
    {
        using var xl = new StandInXl(("list -l", "now-l"), ("list", "now"));
        xl.List("now", (7, guest, state, _xenDir["elsewhere.img"], "00:16:3e:4e:31:77"));
        var before = Files();
        foreach (var verb in guest == "etcd-node-1" ? new[] { "rename", "copy" } : ["rename"])
        {
            using var process = CommandLineProcess.Start(new Dictionary<string, string> { ["XENDIR"] = _xenDir.Path, ["XENKUBE_XL"] = xl.Program },
                "node", verb, "etcd/node-1", "node-2");
            var run = process.End();
            Assert.True(run.ExitCode != 0, verb);
            Assert.Contains(reason, run.Error, StringComparison.Ordinal);
            Assert.Contains(remedy, run.Error, StringComparison.Ordinal);
        }
        Assert.Equal(before, Files());
    }

    private CommandLineRun Xk(params string[] words) => CommandLineRun.Of([.. words, "--xen-dir", _xenDir.Path]);

    private string[] Files() => [.. Directory.GetFiles(_xenDir.Path, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(_xenDir.Path, path)).Where(path => path != ".xenkube.lock").Order(StringComparer.Ordinal)];

    private string Sum(string node) => SparseFile.Hash(_xenDir[$"guests/etcd/{node}.img"]);

    private void Put(string path, string text)
    {
        var image = _xenDir["guests/etcd/node-1.img"];
        CommandLineRun.Of("disk", "mkdir", "--parents", image, "ROOT", Path.GetDirectoryName(path)!).ShouldSucceed();
        CommandLineRun.WithInput(System.Text.Encoding.UTF8.GetBytes(text), "disk", "put", image, "ROOT", path).ShouldSucceed();
    }

    private string OnDisk(string node, long start, string command, string cluster = "etcd")
    {
        var run = Tool.Run("debugfs", "-R", command, string.Create(CultureInfo.InvariantCulture, $"{_xenDir[$"guests/{cluster}/{node}.img"]}?offset={start}"));
        return run.Output + run.Error;
    }

    private void Sound(string node)
    {
        foreach (var start in new[] { RootStart, OemStart })
        {
            var run = Tool.Run("e2fsck", "-fn", string.Create(CultureInfo.InvariantCulture, $"{_xenDir[$"guests/etcd/{node}.img"]}?offset={start}"));
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
        }
    }
}
