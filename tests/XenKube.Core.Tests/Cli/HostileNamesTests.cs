using System.Net;
using XenKube.Clusters;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>Names that are paths, options, commands or several lines, everywhere a name is taken: an error, and nothing made or run.</summary>
public sealed class HostileNamesTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public HostileNamesTests()
    {
        foreach (var name in new[] { "xen/guests/etcd", "xen/nginx/etcd", "xen/images" })
        {
            Directory.CreateDirectory(_folder[name]);
        }
        _folder.Write("xen/xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _folder.Write("xen/hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n");
        _folder.Write("xen/guests/etcd/node-1.ct", "");
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names =>
    [
        "", " ", ".", "..", "../x", "a/b", "/etc", "a b", "a\tb", "a\nb", "a\r\nb", "a\0b", "-x", "--help", "-rf", ".x", "a;touch owned", "$(touch owned)", "`touch owned`", "a|b", "a&b", "a>b",
        "a'b", "a\"b", "a\\b", "a,b", "a=b", "a#b", "a%2fb", "a\u001b[31mb", "a\u202eb", "\u00e9tcd", "*x?[", new string('a', 300),
    ];

    private string Tree() => string.Join('\n', Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != DirectoryLock.FileName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Kind", "Process")]
    public void No_name_is_a_path_an_option_or_a_command(string name)
    {
        var before = Tree();
        var directory = new XenDirectory(_folder["xen"], onWait: null);
        var clusters = new ClusterStore(directory);
        var nodes = new NodeStore(directory);
        var mac = MacAddress.Parse("00:16:3e:4e:31:11");
        Assert.Throws<InvalidInputException>(() => clusters.Create(name));
        Assert.ThrowsAny<XenKubeException>(() => clusters.Remove(name, withNodes: true));
        Assert.Throws<InvalidInputException>(() => nodes.Describe(name, "node-1"));
        Assert.Throws<InvalidInputException>(() => nodes.Describe("etcd", name));
        Assert.Throws<InvalidInputException>(() => GuestName.Check(name));
        Assert.Throws<InvalidInputException>(() => XenVif.Create(mac, bridge: name));
        Assert.Throws<InvalidInputException>(() => new NginxSite { Root = _folder["xen/nginx"], Name = name }.Text);
        foreach (var port in new[] { new FirewallPort(80) { InInterface = name }, new FirewallPort(80) { OutInterface = name }, new FirewallPort(80, name), new FirewallPort(80, Protocol: name) })
        {
            Assert.Throws<InvalidInputException>(() => FirewallRules.Parse(Hosting.FirewallRulesTests.Guide).WithPort(port));
        }
        if (name.Length > 0)
        {
            // No host name is as good as an empty one.
            Assert.Throws<InvalidInputException>(() => DhcpReservations.Parse("").With([new DhcpReservation(mac, IPAddress.Loopback, name)]));
        }
        if (name != "a\\b")
        {
            // A unit may have a backslash (systemd-escape(1)); it is an argument, never a part of a command.
            var programs = new HostPrograms { Folder = _folder["no-programs"] };
            Assert.Equal("UnitNameInvalid", Assert.Throws<InvalidInputException>(() => new DnsmasqService { Unit = name, Programs = programs }.Reload(default)).ErrorId);
        }
        _folder.Write("xen/xenkube.json", System.Text.Json.JsonSerializer.Serialize(new { bridge = name }));
        Assert.Equal("SettingsInvalid", Assert.Throws<InvalidInputException>(() => new XenDirectory(_folder["xen"], onWait: null).Settings).ErrorId);
        _folder.Write("xen/xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        Assert.Equal(before, Tree());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Command_line_gives_one_line_and_makes_nothing(string name)
    {
        var before = Tree();
        foreach (var words in new string[][]
        {
            ["cluster", "new", name], ["cluster", "remove", name, "--force"],
            ["node", "remove", $"etcd/{name}"], ["node", "remove", $"{name}/node-1"], ["node", "refresh", $"etcd/{name}"], ["node", "check", $"etcd/{name}"],
            ["node", "new", $"etcd/{name}", "--image", SampleImage.ClassicArchive, "--skip-verification"],
            ["guest", "new", $"etcd/{name}"], ["guest", "new", "etcd/node-1", "--bridge", name], ["guest", "console", $"etcd/{name}"],
            ["host", "undo", name], ["host", "plan", "--step", name], ["host", "serve", "--address", name],
        })
        {
            // A pattern that fits nothing is not an error, and does nothing.
            var isPattern = name.IndexOfAny(['*', '?', '[']) >= 0;
            // An empty value of serve's address would be the default, and serve on.
            if (words[1] == "serve" && name.Length == 0)
            {
                continue;
            }
            var run = CommandLineRun.Of([.. words, "--xen-dir", _folder["xen"]]);
            Assert.True(run.ExitCode != 0 || isPattern || run.Output.StartsWith("Description:", StringComparison.Ordinal), $"{string.Join(' ', words)}: {run}");
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', run.Error);
            Assert.DoesNotContain('\u202e', run.Error);
        }
        Assert.Equal(before, Tree());
        Assert.False(File.Exists("owned"));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Names_in_a_guests_disk_are_shown_and_never_acted_upon()
    {
        var image = SampleImage.Copy(SampleImage.Classic, _folder);
        using (var disk = XenKube.Disks.DiskImage.OpenWrite(image))
        using (var root = disk.OpenFileSystem("ROOT"))
        {
            root.CreateDirectory("/etc/hostile");
            root.WriteFile("/etc/hostile/a\u001b]0;owned\u0007\u202eb\nc", "x"u8);
            root.CreateSymbolicLink("/etc/hostile/link", "\u001b[2J");
        }
        var run = CommandLineRun.Of(["disk", "ls", image, "ROOT", "/etc/hostile"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(@"a\x1b]0;owned\x07\u202eb\x0ac", run.Output, StringComparison.Ordinal);
        Assert.Contains(@"link -> \x1b[2J", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, run.Output.Trim().Split('\n').Length);
    }
}
