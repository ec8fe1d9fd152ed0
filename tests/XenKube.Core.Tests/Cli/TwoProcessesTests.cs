using XenKube.Files;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>
/// Two xenkube processes on one XENDIR: the first is a refresh that an xl which does not answer keeps at work, the second is
/// each of the commands that change something there.
/// </summary>
[Trait("Kind", "Process")]
public sealed class TwoProcessesTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<string, string> _environment;

    public TwoProcessesTests()
    {
        Script.Write(_folder["xl"], $"#!/bin/sh\n[ \"$1\" = info ] && exit 1\ntouch '{_folder["asked"]}'\nwhile [ -e '{_folder["asked"]}' ] && [ ! -e '{_folder["go"]}' ]; do sleep 0.1; done\necho 'xl: no hypervisor here' >&2\nexit 1\n");
        _environment = new Dictionary<string, string> { ["XENDIR"] = _folder["xen"], ["XENKUBE_XL"] = _folder["xl"] };
        _folder.Write("xen/xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _folder.Write("xen/hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n");
        Directory.CreateDirectory(_folder["xen/guests/etcd"]);
        Directory.CreateDirectory(_folder["xen/nginx/etcd"]);
        Directory.CreateDirectory(_folder["xen/images"]);
        _folder.Write("xen/guests/etcd/node-1.ct", "passwd:\n  users:\n    - name: core\n");
        SampleImage.Copy(SampleImage.Classic, _folder, "xen/guests/etcd/node-1.img");
    }

    public void Dispose()
    {
        _folder.Write("go", "");
        _folder.Dispose();
    }

    private CommandLineProcess StartRefresh()
    {
        var refresh = CommandLineProcess.Start(_environment, "node", "refresh", "etcd/node-1");
        for (var i = 0; i < 600 && !File.Exists(_folder["asked"]); i++)
        {
            Assert.False(refresh.HasEnded, refresh.ErrorSoFar);
            Thread.Sleep(50);
        }
        return refresh;
    }

    private Dictionary<string, string> Tree() =>
        Directory.GetFiles(_folder["xen"], "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".img", StringComparison.Ordinal) && Path.GetFileName(file) != DirectoryLock.FileName).ToDictionary(file => file, File.ReadAllText);

    [Fact]
    public void Second_says_who_holds_the_directory_and_changes_nothing()
    {
        using var first = StartRefresh();
        var before = Tree();
        var impatient = new Dictionary<string, string>(_environment) { ["XENKUBE_LOCK_WAIT"] = "0" };
        string[][] commands =
        [
            ["cluster", "new", "kube"],
            ["cluster", "remove", "etcd", "--force"],
            ["node", "remove", "etcd/node-1"],
            ["node", "refresh", "etcd/node-1", "--step", "publish"],
            ["guest", "new", "etcd/node-1"],
            ["guest", "remove", "etcd/node-1"],
            ["host", "apply", "--step", "directories", "--no-activate"],
            ["node", "new", "etcd/node-2", "--image", SampleImage.ClassicArchive, "--skip-verification"],
        ];
        foreach (var command in commands)
        {
            var second = CommandLineProcess.Run(impatient, command);
            Assert.True(second.ExitCode == 1 && second.Error.Contains($"another XenKube is at work here: process {first.Id} (refresh of nodes) since", StringComparison.Ordinal), $"{string.Join(' ', command)}: {second}");
        }
        Assert.Equal(before, Tree());
        Assert.False(first.HasEnded);
    }

    [Fact]
    public void Second_says_what_it_waits_for_and_goes_on_when_the_first_is_done()
    {
        using var first = StartRefresh();
        using var second = CommandLineProcess.Start(_environment, "cluster", "new", "kube");
        using var third = CommandLineProcess.Start(_environment, "guest", "new", "etcd/node-1");
        second.WaitFor($"waiting for another XenKube that is at work here: process {first.Id} (refresh of nodes)");
        third.WaitFor($"process {first.Id} (refresh of nodes)");
        Assert.False(second.HasEnded || third.HasEnded);
        Assert.False(Directory.Exists(_folder["xen/guests/kube"]));
        _folder.Write("go", "");
        first.End();
        second.End().ShouldSucceed();
        third.End().ShouldSucceed();
        Assert.True(Directory.Exists(_folder["xen/guests/kube"]));
        Assert.Contains("00:16:3e:4e:31:11", File.ReadAllText(_folder["xen/guests/etcd/node-1.cfg"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Guests_planned_at_once_get_addresses_of_their_own()
    {
        // Both plan before either writes: a lock held by hand keeps them there.
        using var held = DirectoryLock.Take(_folder["xen"], "a test", TimeSpan.Zero);
        using var first = CommandLineProcess.Start(_environment, "guest", "new", "etcd/node-1");
        _folder.Write("xen/guests/etcd/node-2.ct", "");
        using var second = CommandLineProcess.Start(_environment, "guest", "new", "etcd/node-2");
        first.WaitFor("(a test)");
        second.WaitFor("(a test)");
        held.Dispose();
        first.End().ShouldSucceed();
        second.End().ShouldSucceed();
        var macs = new[] { "node-1", "node-2" }.Select(name => XenKube.Guests.XenGuestConfig.Read(_folder[$"xen/guests/etcd/{name}.cfg"]).Vifs[0].MacText).Order();
        Assert.Equal(["00:16:3e:4e:31:11", "00:16:3e:4e:31:12"], macs);
    }

    [Fact]
    public void Ended_process_leaves_no_lock_behind()
    {
        using (var first = StartRefresh())
        {
            Tool.Run("kill", "-KILL", first.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)).ShouldSucceed();
            first.End();
        }
        CommandLineProcess.Run(new Dictionary<string, string>(_environment) { ["XENKUBE_LOCK_WAIT"] = "0" }, "cluster", "new", "kube").ShouldSucceed();
    }
}
