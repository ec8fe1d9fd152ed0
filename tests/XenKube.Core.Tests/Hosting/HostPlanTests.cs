using System.Net;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Posix;
using XenKube.Tests.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

[Trait("Kind", "Process")]
public sealed class HostPlanTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly HostOptions _options;

    public HostPlanTests()
    {
        _folder.Write("root/etc/ntpsec/ntp.conf", "# x\nrestrict default ignore\n#broadcast 192.168.123.255\n");
        _folder.Write("root/lib/systemd/system/ntpsec.service", "[Service]\n");
        _folder.Write("root/etc/nginx/nginx.conf", $"pid {_folder["pid"]};\nerror_log {_folder["error.log"]};\nevents {{ }}\nhttp {{ access_log off; include {_folder["root/etc/nginx/sites-enabled"]}/*; }}\n");
        _folder.Write("root/etc/iptables/rules.v4", FirewallRulesTests.Guide);
        _options = new HostOptions(_folder["xen"])
        {
            SystemRoot = _folder["root"],
            Address = IPAddress.Loopback,
            Port = FreePort.Next(),
            Bridge = "lo",
            NginxDirectory = _folder["root/etc/nginx"],
            NginxConfiguration = _folder["root/etc/nginx/nginx.conf"],
            FirewallFile = _folder["root/etc/iptables/rules.v4"],
            ReservationsFile = _folder["root/var/lib/dnsmasq/virbr1/hostsfile"],
            BackupDirectory = _folder["backups"],
            ServingPatience = TimeSpan.Zero,
            Activate = false,
        };
    }

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, string> Tree() =>
        Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/backups/", StringComparison.Ordinal) && !file.EndsWith("error.log", StringComparison.Ordinal) && !file.EndsWith("/pid", StringComparison.Ordinal)).ToDictionary(file => file, File.ReadAllText);

    [Fact]
    public void Plan_shows_then_applies_then_has_nothing_to_do_and_is_undone()
    {
        Tool.Need("nginx", "iptables-restore");
        // The guide's bridge rules are for virbr1.
        var options = _options with { Bridge = "virbr1" };
        var before = Tree();
        var plan = HostPlan.Create(options);
        // Xen's services have no settings here.
        Assert.Equal(HostPlan.StepNames.Except(["console", "shutdown"]), plan.Steps.Select(step => step.Name));
        Assert.All(plan.Steps, step => Assert.True(step.IsNeeded && step.Problem is null, step.ToString()));
        Assert.Contains("+restrict 127.0.0.0 mask 255.255.255.0 kod limited nomodify noquery\n", plan.Steps[^1].Diff, StringComparison.Ordinal);
        Assert.Contains($"--- {options.FirewallFile}\n+++ {options.FirewallFile}\n@@", plan.Steps[3].Diff, StringComparison.Ordinal);
        Assert.Contains($"-A INPUT -i virbr1 -p udp -m udp -m multiport --dports 53,67,123 -j ACCEPT", plan.Steps[3].Diff, StringComparison.Ordinal);
        Assert.Equal(before, Tree());

        var results = plan.Apply();
        Assert.SkipWhen(results.Any(result => result.Error?.ErrorId == "FirewallRulesRefused"), "only root may run iptables-restore");
        Assert.All(results, result => Assert.True(result.IsChanged && result.Error is null, result.ToString()));
        Assert.Equal(90, DhcpReservations.Read(options.ReservationsFile).Items.Count);
        Assert.True(Directory.Exists(_folder["xen/nginx"]));

        var again = HostPlan.Create(options);
        Assert.False(again.IsNeeded, string.Join('\n', again.Steps));
        Assert.All(again.Apply(), result => Assert.False(result.IsChanged));

        foreach (var name in plan.Steps.Select(step => step.Name).Reverse())
        {
            HostPlan.Undo(options, name);
        }
        Assert.Equal(before, Tree());
        Assert.False(Directory.Exists(_folder["xen"]));
        Assert.Equal("BackupNotFound", Assert.Throws<ItemNotFoundException>(() => HostPlan.Undo(options, "time")).ErrorId);
    }

    [Fact]
    public void Step_that_is_not_possible_says_why_and_the_others_go_on()
    {
        Directory.Delete(_folder["root/etc/nginx"], true);
        File.Delete(_options.FirewallFile);
        Directory.Delete(_folder["root/lib"], recursive: true);
        var results = HostPlan.Create(_options).Apply();
        Assert.Equal([null, "NginxMissing", null, "FileNotFound", "TimeServerMissing"], results.Select(result => result.Error?.ErrorId));
        Assert.All(results.Where(result => result.Error is not null), result => Assert.NotNull(result.Error!.Remedy));
        Assert.True(results[2].IsChanged);
    }

    [Fact]
    public void File_edited_between_plan_and_apply_is_not_overwritten()
    {
        var plan = HostPlan.Create(_options, ["time"]);
        _folder.Write("root/etc/ntpsec/ntp.conf", "# by hand\n");
        Assert.Equal("FileChangedMeanwhile", plan.Apply()[0].Error?.ErrorId);
        Assert.Equal("# by hand\n", File.ReadAllText(_folder["root/etc/ntpsec/ntp.conf"]));
    }

    [Fact]
    public void Unknown_step_is_refused() => Assert.Throws<InvalidInputException>(() => HostPlan.Create(_options, ["everything"]));

    [Fact]
    public void File_of_somebody_else_keeps_its_owner_and_mode()
    {
        Assert.SkipWhen(Libc.UserId != 0, "only root can give files away");
        var path = _folder["root/etc/ntpsec/ntp.conf"];
        Tool.Run("chown", "12345:23456", path).ShouldSucceed();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        HostPlan.Create(_options, ["time"]).Apply();
        Assert.Equal("12345 23456 640\n", Tool.Run("stat", "-c", "%u %g %a", path).Output);
        HostPlan.Undo(_options, "time");
        Assert.Equal("12345 23456 640\n", Tool.Run("stat", "-c", "%u %g %a", path).Output);
    }

    private static CheckResult Check(string name, HostOptions options) => new HostCheck(options).Run().Single(result => result.Name == name);

    [Fact]
    public void Check_passes_on_a_host_that_is_set_up()
    {
        using var xl = new StandInXl(("info", "info"));
        HostPlan.Create(_options, ["directories", "reservations", "time"]).Apply();
        _folder.Write("root/usr/lib/xen-4.17/bin/pygrub", "");
        _folder.Write("root/etc/passwd", "xenkube-boot:x:990:990::/nonexistent:/usr/sbin/nologin\n");
        _folder.Write("root/proc/sys/net/ipv4/ip_forward", "1\n");
        _folder.Write("root/proc/123/comm", "dnsmasq\n");
        _folder.Write("root/proc/123/cmdline", $"/usr/sbin/dnsmasq\0--dhcp-hostsfile={_options.ReservationsFile}\0");
        using var server = IgnitionServer.Start(_folder["xen/nginx"], IPAddress.Loopback, _options.Port);
        File.WriteAllText(_options.FirewallFile, FirewallRules.Read(_options.FirewallFile).WithPort(new FirewallPort(_options.Port) { InInterface = "lo" }).ToString());
        var results = new HostCheck(_options with { Xl = xl.Options }).Run().ToList();
        Assert.All(results.Where(result => result.Name != "space"), result => Assert.True(result.Status == CheckStatus.Pass, result.ToString()));
        Assert.Equal(["xen", "memory", "pygrub", "bridge", "forwarding", "xendir", "trust", "space", "serving", "firewall", "reservations", "dnsmasq", "time"], results.Select(result => result.Name));
        Assert.Empty(Directory.GetFiles(_folder["xen/nginx"]));
    }

    [Fact]
    public void Pygrub_with_roots_rights_is_a_fault_until_the_remedy_is_followed()
    {
        Tool.Need("useradd", "usermod", "groupmod", "unshare");
        Assert.SkipWhen(Libc.UserId != 0, "only root can make users");
        _folder.Write("root/usr/lib/xen-4.17/bin/pygrub", "");
        // A number that a user has, and the next one that a group has, are passed over.
        _folder.Write("root/etc/passwd", "root:x:0:0::/root:/bin/sh\nother:x:999:0::/:/bin/sh\n");
        _folder.Write("root/etc/group", "root:x:0:\nother:x:998:\n");
        using var xl = new StandInXl(("info", "info"));
        var options = _options with { Xl = xl.Options };
        var result = Check("pygrub", options);
        Assert.Equal(CheckStatus.Warn, result.Status);
        Assert.Contains("XSA-508", result.Message, StringComparison.Ordinal);
        var command = result.Remedy[(result.Remedy.IndexOf(": ", StringComparison.Ordinal) + 2)..].Split(' ');
        Assert.Equal("useradd", command[0]);
        RunOnRoot(command);
        Assert.Equal(CheckStatus.Pass, Check("pygrub", options).Status);
        // A group of another number is not the one that pygrub takes.
        foreach (var (file, place) in new[] { ("passwd", ":997::"), ("group", ":997:") })
        {
            var path = _folder[$"root/etc/{file}"];
            Assert.Contains(place, File.ReadAllText(path), StringComparison.Ordinal);
            File.WriteAllText(path, File.ReadAllText(path).Replace(place, place.Replace('7', '6'), StringComparison.Ordinal));
        }
        result = Check("pygrub", options);
        Assert.Equal(CheckStatus.Warn, result.Status);
        foreach (var part in result.Remedy[(result.Remedy.IndexOf(": ", StringComparison.Ordinal) + 2)..].Split(" && "))
        {
            RunOnRoot(part.Split(' '));
        }
        Assert.Equal(CheckStatus.Pass, Check("pygrub", options).Status);
        using var old = new StandInXl(("info", "old"));
        old.Answer("old", "xen_version : 4.14.6\nfree_memory : 4000\n");
        Assert.Contains("no other way", Check("pygrub", _options with { Xl = old.Options }).Message, StringComparison.Ordinal);
    }

    // With --prefix, groupmod asks the groups of this machine whether a number is free: the files are put over those of /etc instead.
    private void RunOnRoot(string[] command)
    {
        var script = string.Join('\n', "set -e", "mount --make-rprivate /", "mount -t tmpfs none /etc", "cp \"$1\"/passwd \"$1\"/group /etc/", "root=$1", "shift", "\"$@\"",
            "cp /etc/passwd /etc/group \"$root\"");
        Tool.Run("unshare", ["--mount", "sh", "-c", script, "sh", _folder["root/etc"], .. command]).ShouldSucceed();
    }

    [Fact]
    public void Check_of_space_and_of_what_is_missing_in_the_directory()
    {
        Directory.CreateDirectory(_folder["xen/images"]);
        Assert.Contains("guests, nginx, keys missing", Check("xendir", _options).Message, StringComparison.Ordinal);
        Assert.Equal(CheckStatus.Warn, Check("xendir", _options).Status);
        File.SetUnixFileMode(_folder["xen"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        HostPlan.Create(_options, ["directories"]).Apply();
        Assert.Contains("may not read", Check("xendir", _options).Message, StringComparison.Ordinal);
        foreach (var (size, status) in new[] { ("1G", CheckStatus.Fail), ("5G", CheckStatus.Warn), ("20G", CheckStatus.Pass) })
        {
            Assert.SkipWhen(Tool.Run("mount", "-t", "tmpfs", "-o", $"size={size}", "xenkube-test", _folder["xen"]).ExitCode != 0, "this machine permits no mount");
            try
            {
                var result = Check("space", _options);
                Assert.True(result.Status == status && (status == CheckStatus.Pass || result.Remedy.Length > 0), result.ToString());
            }
            finally
            {
                Tool.Run("umount", _folder["xen"]).ShouldSucceed();
            }
        }
    }

    [Fact]
    public void Check_names_files_that_cannot_be_read_with_a_remedy()
    {
        using var garbage = new StandInXl(("info", "odd"));
        garbage.Answer("odd", "", "xl: something is odd\n", 3);
        File.WriteAllText(_options.FirewallFile, "*filter\n");
        Directory.CreateDirectory(_folder["root/var/lib/dnsmasq/virbr1/hostsfile"]);
        File.Delete(_folder["root/etc/ntpsec/ntp.conf"]);
        File.CreateSymbolicLink(_folder["root/etc/ntpsec/ntp.conf"], "ntp.conf");
        Directory.CreateDirectory(_folder["xen"]);
        _folder.Write("xen/nginx", "no directory");
        foreach (var name in new[] { "xen", "firewall", "reservations", "time", "serving" })
        {
            var result = Check(name, _options with { Xl = garbage.Options });
            Assert.True(result.Status == CheckStatus.Fail && result.Remedy.Length > 0 && result.Message.Length > 0, result.ToString());
        }
    }

    [Fact]
    public void Check_fails_for_each_fault_with_a_remedy()
    {
        using var noXen = new StandInXl(("info", "info-no-xen"));
        using var old = new StandInXl(("info", "old"));
        old.Answer("old", "xen_version : 4.4.1\nfree_memory : 100\n");
        var none = _options with { Xl = noXen.Options };
        (string Name, CheckStatus Status, HostOptions Options)[] cases =
        [
            ("xen", CheckStatus.Fail, none),
            ("xen", CheckStatus.Warn, _options with { Xl = old.Options }),
            ("memory", CheckStatus.Warn, _options with { Xl = old.Options }),
            ("pygrub", CheckStatus.Fail, none),
            ("bridge", CheckStatus.Fail, none with { Bridge = "nobridge9" }),
            ("bridge", CheckStatus.Fail, none with { Address = IPAddress.Parse("192.0.2.77") }),
            ("forwarding", CheckStatus.Fail, none),
            ("xendir", CheckStatus.Fail, none),
            ("serving", CheckStatus.Fail, none),
            ("firewall", CheckStatus.Fail, none with { Bridge = "virbr1" }),
            ("firewall", CheckStatus.Warn, none with { FirewallFile = "/nonexistent" }),
            ("reservations", CheckStatus.Fail, none),
            ("dnsmasq", CheckStatus.Fail, none),
            ("time", CheckStatus.Warn, none),
            ("time", CheckStatus.Warn, none with { SystemRoot = "/nonexistent" }),
        ];
        foreach (var (name, status, options) in cases)
        {
            var result = Check(name, options);
            Assert.True(result.Status == status && result.Remedy.Length > 0, $"{name}: {result}");
        }
        HostPlan.Create(_options, ["directories"]).Apply();
        Assert.Contains("nobody listens", Check("serving", none).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(_folder["xen/nginx"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(CheckStatus.Fail, Check("xendir", none).Status);
        File.SetUnixFileMode(_folder["xen"], (UnixFileMode)0x1ff);
        Assert.Contains("everybody", Check("xendir", none).Message, StringComparison.Ordinal);
        _folder.Write("root/var/lib/dnsmasq/virbr1/hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:11,192.168.100.12\n");
        Assert.Contains("twice", Check("reservations", none).Message, StringComparison.Ordinal);
        _folder.Write("root/proc/1/comm", "dnsmasq\n");
        Assert.Equal(CheckStatus.Warn, Check("dnsmasq", none).Status);
        // Somebody else's server on that port.
        _folder.Write("other/x", "");
        using var server = IgnitionServer.Start(_folder["other"], IPAddress.Loopback, _options.Port);
        Assert.Contains("does not serve", Check("serving", none).Message, StringComparison.Ordinal);
    }
}
