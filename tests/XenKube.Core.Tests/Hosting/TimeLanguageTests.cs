using System.Net;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>What configurations of time services mean, beside the services themselves: a guest asks, and is answered or not.</summary>
[Trait("Kind", "Process")]
public sealed class TimeLanguageTests : IDisposable
{
    private static readonly BridgeNetwork Network = new(IPAddress.Parse("192.168.100.1"), 24);
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Compare(TimeServerKind kind, string program, Func<string, string[]> arguments, string common, IEnumerable<string> texts)
    {
        using var network = new TimeServerTests.TimeNetwork(_folder.Write("client.py", TimeServerTests.ClientScript));
        var wrong = new List<string>();
        foreach (var text in texts)
        {
            var path = _folder.Write("time.conf", $"{common}{text}\n".Replace("DIR", _folder["conf"], StringComparison.Ordinal));
            var isOpen = TimeServer.Read(path, kind).Answers(Network);
            var answer = "";
            network.Serve(program, arguments(path), () => answer = isOpen ? network.AskUntilAnswered() : network.Client("ask", 1));
            if (answer.StartsWith("mode 4", StringComparison.Ordinal) != isOpen)
            {
                wrong.Add($"{text.ReplaceLineEndings("; ")}: read as {(isOpen ? "open" : "closed")}, the guest got {answer.Trim()}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Chrony_is_read_as_chronyd_answers()
    {
        Tool.Need("chronyd", "ip", "python3");
        _folder.Write("conf/a/10.conf", "allow 192.168.100.0/24\n");
        _folder.Write("conf/a/20.txt", "deny all\n");
        _folder.Write("conf/b/10.conf", "deny all\n");
        _folder.Write("conf/c/deny.conf", "deny 192.168.100.0/25\n");
        Compare(TimeServerKind.Chrony, "chronyd", path => ["-x", "-n", "-u", "root", "-f", path], $"local stratum 10\ncmdport 0\npidfile {_folder["pid"]}\n",
        [
            "", "allow", "allow all", "ALLOW 192.168.100.0/24", "allow 192.168.100", "allow 192.168/16", "allow 192.168", "allow 10.0.0.0/8",
            "allow 192.168.0.0/16\ndeny 192.168.100.0/24", "deny 192.168.100.0/24\nallow 192.168.0.0/16", "deny 192.168.100.0/24\nallow all 192.168.0.0/16",
            "allow 192.168.100.0/24\ndeny all", "allow 192.168.100.0/24\ndeny", "allow\ndeny 192.168.100.0/25", "port 0\nallow", "Port 0\nallow", "port 124\nallow", "port 123\nallow",
            "bindaddress 127.0.0.1\nallow", "bindaddress 192.168.100.1\nallow", "# allow", "! allow", "  allow 192.168.100.0/24  ",
            "confdir DIR/a", "confdir DIR/a DIR/b", "confdir DIR/b DIR/a", "include DIR/a/1*.conf", "include DIR/a/10.conf\ninclude DIR/c/deny.conf", "Include DIR/a/10.conf", "sourcedir DIR/a",
        ]);
    }

    [Fact]
    public void NtpSec_is_read_as_its_ntpd_answers()
    {
        Tool.Need("ip", "python3", "dpkg-deb", "apt-get");
        _folder.Write("conf/open.conf", "restrict 192.168.100.0 mask 255.255.255.0 nomodify\n");
        _folder.Write("conf/d/shut.conf", "restrict 192.168.100.0/24 ignore\n");
        Compare(TimeServerKind.NtpSec, TimeServerTests.NtpSec(_folder), path => ["-n", "-x", "-l", _folder["log"], "-c", path], "server 127.127.1.0\n",
        [
            "", "restrict default ignore", "restrict default noserve", "restrict default kod nomodify noquery limited", "restrict default ignore\nrestrict 192.168.0.0/16", "restrict default ignore\nrestrict 192.168.0.0 mask 255.255.0.0 nomodify",
            "restrict 192.168.100.0/24 noserve", "restrict 192.168.0.0/16 noserve", "restrict 10.0.0.0/8 ignore", "restrict 192.168.100.0/24 noserve\nrestrict 192.168.100.0/24 nomodify",
            "restrict default ignore # closed", "# restrict default ignore", "restrict -4 default ignore", "restrict -6 default ignore", "restrict default ignore\nincludefile DIR/open.conf", "includefile DIR/d", "restrict 192.168.100.0/25 ignore",
        ]);
    }

    [Fact]
    public void OpenNtpd_is_read_as_its_ntpd_answers()
    {
        Tool.Need("ip", "python3", "dpkg-deb", "apt-get");
        // It wants a user of its own, and an empty folder of root's as the user's home; a network namespace has mounts of its own.
        var program = TimeServerTests.Unpacked(_folder, "openntpd");
        var home = Directory.CreateDirectory(_folder["home"], UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite).FullName;
        var passwd = _folder.Write("passwd", $"{File.ReadAllText("/etc/passwd").TrimEnd()}\nntpd:x:64123:65534::{home}:/bin/false\n");
        var script = Script.Write(_folder["start.sh"], $"#!/bin/sh\nmount --bind {passwd} /etc/passwd && mount -t tmpfs none /var/lib && mkdir -p /var/lib/openntpd/run /var/lib/openntpd/db && exec {program} \"$@\"\n");
        Compare(TimeServerKind.OpenNtpd, script, path => ["-d", "-f", path], "", ["", "listen on *", "listen on 192.168.100.1", "listen on 127.0.0.1", "# listen on *", "servers pool.invalid\nlisten on *"]);
    }

    [Fact]
    public void Line_that_closes_the_service_is_named_and_without_that_line_the_guests_are_answered()
    {
        foreach (var (kind, text) in new[] { (TimeServerKind.Chrony, "allow\nport 0\n"), (TimeServerKind.Chrony, "allow\nbindaddress 127.0.0.1\n"), (TimeServerKind.Chrony, "allow\nDeny 192.168.100.0/24\n"), (TimeServerKind.NtpSec, "server a\nrestrict 192.168.100.0/24 ignore\n"), (TimeServerKind.Ntp, "server a\ninterface ignore all\n") })
        {
            var path = _folder.Write("time.conf", text);
            var error = Assert.Throws<ItemInUseException>(() => TimeServer.Read(path, kind).WithNetwork(Network, "virbr1"));
            Assert.Equal(("TimeServerClosed", path, "line 2"), (error.ErrorId, error.File, error.Place));
            Assert.Contains("Take the line out", error.Remedy, StringComparison.Ordinal);
            File.WriteAllLines(path, File.ReadLines(path).Where((_, i) => i != 1));
            Assert.True(TimeServer.Read(path, kind).WithNetwork(Network, "virbr1").Answers(Network));
        }
    }

    [Fact]
    public void What_is_written_for_a_network_of_another_size_is_its_own()
    {
        var large = new BridgeNetwork(IPAddress.Parse("10.1.2.1"), 16);
        Assert.Equal("broadcast 30 10.1.255.255\nallow 10.1.0.0/16\n", TimeServer.Parse("", TimeServerKind.Chrony).WithNetwork(large, "").ToString());
        Assert.Equal("restrict default ignore\nrestrict 10.1.0.0 mask 255.255.0.0 kod limited nomodify noquery\n", TimeServer.Parse("restrict default ignore\n", TimeServerKind.NtpSec).WithNetwork(large, "").ToString());
        Assert.Equal("listen on 10.1.2.1\n", TimeServer.Parse("", TimeServerKind.OpenNtpd).WithNetwork(large, "").ToString());
    }
}
