using System.Diagnostics;
using System.Net;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public sealed class TimeServerTests : IDisposable
{
    private static readonly IPAddress Broadcast = IPAddress.Parse("192.168.100.255");

    // The end of Debian's ntp.conf, as the guide shows it before and after.
    private const string Stock = "pool 0.debian.pool.ntp.org iburst\n\n# If you want to provide time to your local subnet, change the next line.\n# (Again, the address is an example only.)\n#broadcast 192.168.123.255\n\n# If you want to listen to time broadcasts on your local subnet, de-comment the\n# next lines.  Please do this only if you trust everybody on the network!\n#disable auth\n#broadcastclient\n";

    private const string Restrict = "restrict 192.168.100.0 mask 255.255.255.0 kod limited nomodify noquery";

    // Asks dom0 for the time as a guest does, or listens for what it sends by itself; prints the mode of the packet.
    private const string Client = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(float(sys.argv[2]))
        try:
            if sys.argv[1] == 'ask':
                s.sendto(b'\x23' + 47 * b'\0', ('192.168.100.1', 123))
            else:
                s.bind(('', 123))
            data, sender = s.recvfrom(512)
            print('mode', data[0] & 7, 'from', sender[0])
        except (socket.timeout, ConnectionRefusedError):
            print('nothing')
        """;

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ntp_gets_the_guides_line_and_nothing_else_changes()
    {
        var server = TimeServer.Parse(Stock, TimeServerKind.Ntp).WithBroadcast(Broadcast);
        Assert.Equal(Stock.Replace("#broadcast 192.168.123.255", "broadcast 192.168.100.255", StringComparison.Ordinal), server.ToString());
        Assert.Equal(server.ToString(), server.WithBroadcast(Broadcast).ToString());
        Assert.True(server.Serves(Broadcast));
    }

    [Theory]
    [InlineData("server a", "server a\nbroadcast 192.168.100.255\n")]
    [InlineData("broadcast 10.0.0.255\n", "broadcast 10.0.0.255\nbroadcast 192.168.100.255\n")]
    [InlineData("", "broadcast 192.168.100.255\n")]
    [InlineData("  broadcast   192.168.100.255 key 1\n", "  broadcast   192.168.100.255 key 1\n")]
    [InlineData("# broadcast 10.0.0.255\r\nserver a\r\n", "broadcast 192.168.100.255\r\nserver a\r\n")]
    public void Ntp_without_the_example_gets_a_line(string before, string after) =>
        Assert.Equal(after, TimeServer.Parse(before, TimeServerKind.Ntp).WithBroadcast(Broadcast).ToString());

    [Theory]
    [InlineData("server a", "server a")]
    [InlineData("restrict default ignore", "restrict default ignore\n" + Restrict + "\n")]
    [InlineData(" restrict 192.168.100.0/24 nomodify\n", " restrict 192.168.100.0/24 nomodify\n")]
    [InlineData("restrict default noserve\nbroadcast 192.168.100.255\nserver a\n", "restrict default noserve\n" + Restrict + "\nserver a\n")]
    [InlineData("restrict default ignore\n#broadcast 192.168.123.255\n", "restrict default ignore\n#broadcast 192.168.123.255\n" + Restrict + "\n")]
    public void NtpSec_is_told_to_answer_since_it_has_no_broadcasts(string before, string after)
    {
        var server = TimeServer.Parse(before, TimeServerKind.NtpSec).WithBroadcast(Broadcast);
        Assert.Equal(after, server.ToString());
        Assert.True(server.Serves(Broadcast));
    }

    [Fact]
    public void Chrony_is_told_to_broadcast_and_to_answer()
    {
        var server = TimeServer.Parse("pool 2.debian.pool.ntp.org iburst\nmakestep 1 3\n", TimeServerKind.Chrony).WithBroadcast(Broadcast);
        Assert.Equal("pool 2.debian.pool.ntp.org iburst\nmakestep 1 3\nbroadcast 30 192.168.100.255\nallow 192.168.100.0/24\n", server.ToString());
        Assert.Equal(server.ToString(), server.WithBroadcast(Broadcast).ToString());
        // ntp's form of the line is none of chrony's.
        Assert.False(TimeServer.Parse("broadcast 192.168.100.255\nallow\n", TimeServerKind.Chrony).Serves(Broadcast));
        Assert.True(TimeServer.Parse("broadcast 60 192.168.100.255 123\nallow all\n", TimeServerKind.Chrony).Serves(Broadcast));
    }

    [Fact]
    public void Address_that_is_none_of_a_network_of_ours_is_refused() =>
        Assert.Equal("AddressInvalid", Assert.Throws<InvalidInputException>(() => TimeServer.Parse("", TimeServerKind.Ntp).WithBroadcast(IPAddress.IPv6Loopback)).ErrorId);

    [Fact]
    [Trait("Kind", "Process")]
    public void Chronyd_accepts_what_is_written_and_not_the_form_of_ntp()
    {
        Tool.Need("chronyd");
        var stock = File.Exists("/etc/chrony/chrony.conf") ? File.ReadAllText("/etc/chrony/chrony.conf") : "pool 2.debian.pool.ntp.org iburst\n";
        var path = _folder.Write("chrony.conf", TimeServer.Parse(stock, TimeServerKind.Chrony).WithBroadcast(Broadcast).ToString());
        var output = Tool.Run("chronyd", "-p", "-f", path).ShouldSucceed().Output;
        Assert.Contains("broadcast 30 192.168.100.255\n", output, StringComparison.Ordinal);
        Assert.Contains("allow 192.168.100.0/24\n", output, StringComparison.Ordinal);
        Assert.NotEqual(0, Tool.Run("chronyd", "-p", "-f", _folder.Write("other.conf", "broadcast 192.168.100.255\n")).ExitCode);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Chronyd_answers_the_guests_and_broadcasts()
    {
        Tool.Need("chronyd", "ip", "python3");
        using var network = GuestNetwork();
        var closed = "local stratum 10\ncmdport 0\n";
        network.Serve("chronyd", ["-x", "-n", "-u", "root", "-f", _folder.Write("closed.conf", $"{closed}pidfile {_folder["pid"]}\n")], () => Assert.Equal("nothing\n", network.Client("ask", 1)));
        var open = TimeServer.Parse($"{closed}pidfile {_folder["pid"]}\n", TimeServerKind.Chrony).WithBroadcast(Broadcast).ToString();
        // Nobody wants to wait 30 s for the first of them.
        var path = _folder.Write("open.conf", open.Replace("broadcast 30 ", "broadcast 1 ", StringComparison.Ordinal));
        network.Serve("chronyd", ["-x", "-n", "-u", "root", "-f", path], () =>
        {
            Assert.Equal("mode 4 from 192.168.100.1\n", network.AskUntilAnswered());
            Assert.Equal("mode 5 from 192.168.100.1\n", network.Client("listen", 20));
        });
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void NtpSec_answers_the_guests_and_reads_no_error()
    {
        Tool.Need("ip", "python3", "dpkg-deb", "apt-get");
        var ntpd = NtpSec();
        using var network = GuestNetwork();
        const string closed = "restrict default ignore\nserver 127.127.1.0\n";
        string Log(string configuration, Action action)
        {
            File.Delete(_folder["log"]);
            network.Serve(ntpd, ["-n", "-x", "-l", _folder["log"], "-c", _folder.Write("ntp.conf", configuration)], action);
            return File.ReadAllText(_folder["log"]);
        }
        Log(closed, () => Assert.Equal("nothing\n", network.Client("ask", 2)));
        var log = Log(TimeServer.Parse(closed, TimeServerKind.NtpSec).WithBroadcast(Broadcast).ToString(), () => Assert.Equal("mode 4 from 192.168.100.1\n", network.AskUntilAnswered()));
        Assert.Contains("parsing file", log, StringComparison.Ordinal);
        Assert.DoesNotContain("syntax error", log, StringComparison.Ordinal);
        // Why the guide's own line is not written for it.
        Assert.Contains("syntax error", Log("broadcast 192.168.100.255\n", () => Assert.Equal("mode 4 from 192.168.100.1\n", network.AskUntilAnswered())), StringComparison.Ordinal);
    }

    [Fact]
    public void Find_takes_what_runs_then_what_starts_then_what_is_installed_and_never_what_is_left_over()
    {
        void Is(TimeServerKind? kind) => Assert.Equal(kind, TimeServer.Find(_folder["root"])?.Kind);
        _folder.Write("root/etc/ntpsec/ntp.conf", "");
        _folder.Write("root/etc/ntp.conf", "");
        Is(null);
        _folder.Write("root/etc/chrony/chrony.conf", "");
        _folder.Write("root/usr/sbin/chronyd", "");
        Is(TimeServerKind.Chrony);
        _folder.Write("root/lib/systemd/system/ntpsec.service", "");
        Is(TimeServerKind.NtpSec);
        _folder.Write("root/lib/systemd/system/chrony.service", "");
        _folder.Write("root/lib/systemd/system/openntpd.service", "");
        Is(TimeServerKind.Chrony);
        Directory.CreateDirectory(_folder["root/etc/systemd/system/multi-user.target.wants"]);
        File.CreateSymbolicLink(_folder["root/etc/systemd/system/multi-user.target.wants/openntpd.service"], "/lib/systemd/system/openntpd.service");
        Is(TimeServerKind.OpenNtpd);
        // ntp.service is another name of ntpsec.service, and a masked unit is none.
        File.CreateSymbolicLink(_folder["root/etc/systemd/system/ntp.service"], "/lib/systemd/system/ntpsec.service");
        File.CreateSymbolicLink(_folder["root/etc/systemd/system/openntpd.service"], "/dev/null");
        Is(TimeServerKind.Chrony);
        void Runs(string comm, string line, string unit)
        {
            _folder.Write("root/proc/9/comm", comm);
            _folder.Write("root/proc/9/cmdline", line);
            _folder.Write("root/proc/9/cgroup", $"0::/system.slice/{unit}\n");
        }
        Runs("ntpd\n", "/usr/sbin/ntpd\0-p\0/run/ntpd.pid\0-c\0/etc/ntpsec/ntp.conf\0-u\0ntpsec:ntpsec\0", "ntpsec.service");
        Is(TimeServerKind.NtpSec);
        Runs("ntpd\n", "/usr/sbin/ntpd\0-f\0/etc/openntpd/ntpd.conf\0", "");
        Is(TimeServerKind.OpenNtpd);
        Runs("ntpd\n", "/usr/sbin/ntpd\0-p\0/run/ntpd.pid\0-g\0", "ntp.service");
        Is(TimeServerKind.Ntp);
        Runs("chronyd\n", "/usr/sbin/chronyd\0-F\01\0-f\0/srv/chrony.conf\0", "chrony.service");
        Assert.Equal(_folder["root/srv/chrony.conf"], TimeServer.Find(_folder["root"])!.Path);
    }

    /// <summary>NTPsec's ntpd: the one that is installed, else taken out of its package, since it cannot be installed beside chrony.</summary>
    private string NtpSec() => NtpSec(_folder);

    internal static string NtpSec(TemporaryDirectory folder) => Unpacked(folder, "ntpsec");

    internal static string Unpacked(TemporaryDirectory folder, string package)
    {
        Tool.Run("bash", ["-c", $"apt-get -qq download {package} && dpkg-deb -x {package}_*.deb {package}"], null, folder.Path, TimeSpan.FromMinutes(2));
        var program = folder[$"{package}/usr/sbin/ntpd"];
        Assert.SkipWhen(!File.Exists(program), $"the package {package} cannot be fetched here");
        Assert.SkipWhen(Tool.Run("ldd", program).Output.Contains("not found", StringComparison.Ordinal), "what ntpd is linked with is missing");
        return program;
    }

    internal static string ClientScript => Client;

    private TimeNetwork GuestNetwork() => new(_folder.Write("client.py", Client));

    /// <summary>dom0 and a guest, each in a network namespace, with a cable between.</summary>
    internal sealed class TimeNetwork : IDisposable
    {
        private readonly NetworkNamespace _dom0 = NetworkNamespace.Create();
        private readonly NetworkNamespace _guest = NetworkNamespace.Create();
        private readonly string _client;

        public TimeNetwork(string client)
        {
            _client = client;
            var made = Tool.Run("ip", "link", "add", "xkbr", "netns", _dom0.Name, "type", "veth", "peer", "name", "eth0", "netns", _guest.Name);
            Assert.SkipWhen(made.ExitCode != 0, $"this machine permits no veth: {made.Error.Trim()}");
            foreach (var (space, device, address) in new[] { (_dom0, "xkbr", "192.168.100.1/24"), (_guest, "eth0", "192.168.100.11/24") })
            {
                space.Run("ip", "addr", "add", address, "brd", "+", "dev", device).ShouldSucceed();
                space.Run("ip", "link", "set", device, "up").ShouldSucceed();
            }
        }

        public string Client(string what, int seconds) => _guest.Run("python3", _client, what, $"{seconds}").ShouldSucceed().Output;

        /// <summary>A service takes a moment to listen.</summary>
        public string AskUntilAnswered()
        {
            var answer = "";
            for (var i = 0; i < 20 && !answer.StartsWith("mode", StringComparison.Ordinal); i++)
            {
                answer = Client("ask", 1);
            }
            return answer;
        }

        public void Serve(string program, string[] arguments, Action action)
        {
            var start = new ProcessStartInfo(Tool.Find("ip")!) { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (var argument in _dom0.Prefix(program, arguments))
            {
                start.ArgumentList.Add(argument);
            }
            using var service = Process.Start(start)!;
            _ = service.StandardError.ReadToEndAsync();
            _ = service.StandardOutput.ReadToEndAsync();
            try
            {
                Thread.Sleep(500);
                Assert.False(service.HasExited, $"{program} did not start");
                action();
            }
            finally
            {
                service.Kill();
                service.WaitForExit(10_000);
            }
        }

        public void Dispose()
        {
            _dom0.Dispose();
            _guest.Dispose();
        }
    }
}
