using System.Diagnostics;
using XenKube.Tests.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Firewall;

/// <summary>
/// A dom0 with a bridge, two guests on it and a host outside, each in a network namespace, with services that answer: whether a packet
/// arrives is seen, not computed. Without root there is none, and the tests are skipped.
/// </summary>
public sealed class FirewallLab : IDisposable
{
    private const string Server = """
        import select, socket, sys
        tcp, udp = [], []
        for port in map(int, sys.argv[1:]):
            for family, any in ((socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')):
                try:
                    t, u = socket.socket(family), socket.socket(family, socket.SOCK_DGRAM)
                except OSError:
                    continue  # A kernel without IPv6.
                if family == socket.AF_INET6:
                    for s in t, u: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); t.bind((any, port)); t.listen(64); tcp.append(t)
                u.bind((any, port)); udp.append(u)
        print('ready', flush=True)
        while True:
            for s in select.select(tcp + udp, [], [])[0]:
                if s in tcp:
                    s.accept()[0].close()
                else:
                    data, sender = s.recvfrom(100)
                    try:
                        s.sendto(data, sender)
                    except OSError:
                        pass  # A rule lets no answer out.
        """;

    private const string Client = """
        import select, socket, sys, time
        address, patience = sys.argv[1], float(sys.argv[2])
        open_, answered = {}, []
        for word in sys.argv[3:]:
            protocol, port = word.split('/')
            s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_STREAM if protocol == 'tcp' else socket.SOCK_DGRAM)
            s.setblocking(False)
            s.connect_ex((address, int(port)))
            if protocol == 'udp':
                s.send(b'x')
            open_[s] = word
        end = time.monotonic() + patience
        while open_ and time.monotonic() < end:
            tcp = [s for s in open_ if s.type == socket.SOCK_STREAM]
            udp = [s for s in open_ if s.type == socket.SOCK_DGRAM]
            readable, writable, _ = select.select(udp, tcp, [], max(0, end - time.monotonic()))
            for s in readable + writable:
                try:
                    isAnswered = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 and (s.type == socket.SOCK_STREAM or s.recv(10) == b'x')
                except OSError:
                    isAnswered = False
                if isAnswered:
                    answered.append(open_[s])
                del open_[s]
        print(' '.join(answered))
        """;

    internal static readonly int[] Ports = [22, 80, 81, 123, 8443, 31000, 35000, 39999];
    private readonly List<IDisposable> _made = [];
    private NetworkNamespace? _dom0;

    /// <summary>The network namespaces by their role: dom0, guest, guest2, outside.</summary>
    private readonly Dictionary<string, NetworkNamespace> _spaces = [];

    internal NetworkNamespace Dom0 => _dom0 ??= Make();

    public void Dispose()
    {
        foreach (var one in Enumerable.Reverse(_made))
        {
            one.Dispose();
        }
    }

    /// <summary>Loads rules into dom0 in place of those before.</summary>
    /// <param name="rules">What iptables-restore reads.</param>
    internal ToolResult Load(string rules) => Load("iptables-restore", rules);

    /// <summary>Loads rules for IPv6 into dom0 in place of those before, and lets dom0 and the guest forget each other's cards.</summary>
    /// <param name="rules">What ip6tables-restore reads, or nft where they are for nft.</param>
    /// <param name="isNft">True for nft.</param>
    internal ToolResult LoadIPv6(string rules, bool isNft = false)
    {
        Assert.SkipUnless(HasIPv6, "this kernel has no IPv6");
        var loaded = isNft ? LoadNft(rules) : Load("ip6tables-restore", rules);
        foreach (var space in new[] { Dom0, _spaces["guest"], _spaces["guest2"] })
        {
            space.Run("ip", "-6", "neighbour", "flush", "all").ShouldSucceed();
        }
        return loaded;
    }

    private static bool HasIPv6 => Directory.Exists("/proc/sys/net/ipv6");

    private ToolResult Load(string program, string rules)
    {
        if (Tool.Find("nft") is not null)
        {
            Tool.Run("ip", Dom0.Prefix("nft", "flush", "ruleset"), null, timeout: TimeSpan.FromSeconds(60)).ShouldSucceed();
        }
        foreach (var table in new[] { "raw", "mangle", "nat", "filter" })
        {
            Tool.Run("ip", Dom0.Prefix(program), System.Text.Encoding.Latin1.GetBytes($"*{table}\nCOMMIT\n"), timeout: TimeSpan.FromSeconds(60)).ShouldSucceed();
        }
        return Tool.Run("ip", Dom0.Prefix(program), System.Text.Encoding.Latin1.GetBytes(rules), timeout: TimeSpan.FromSeconds(60));
    }

    /// <summary>Loads rules into dom0 in place of those before.</summary>
    /// <param name="rules">What nft reads.</param>
    internal ToolResult LoadNft(string rules)
    {
        Tool.Need("nft");
        Tool.Run("ip", Dom0.Prefix("nft", "flush", "ruleset"), null, timeout: TimeSpan.FromSeconds(60)).ShouldSucceed();
        return Tool.Run("ip", Dom0.Prefix("nft", "-f", "-"), System.Text.Encoding.Latin1.GetBytes(rules), timeout: TimeSpan.FromSeconds(60));
    }

    /// <summary>True if the first packet of a connection is answered.</summary>
    /// <param name="from">guest, guest2 or outside.</param>
    /// <param name="address">Where to.</param>
    /// <param name="port">Which port.</param>
    /// <param name="protocol">tcp or udp.</param>
    /// <param name="patience">How long to wait for the answer, in seconds.</param>
    internal bool Reaches(string from, string address, int port, string protocol = "tcp", double patience = 0.5)
    {
        _ = Dom0;
        var seconds = patience.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var line = protocol == "tcp" ? $"exec 3<>/dev/tcp/{address}/{port}" : $"exec 3<>/dev/udp/{address}/{port}; echo x >&3; read -t {seconds} -n 1 <&3";
        return _spaces[from].Run("timeout", seconds, "bash", "-c", line).ExitCode == 0;
    }

    /// <summary>Which ports answer of those that are asked, all at once.</summary>
    /// <param name="from">guest, guest2 or outside.</param>
    /// <param name="address">Where to.</param>
    /// <param name="ports">Ports as in <c>tcp/80</c>.</param>
    /// <param name="patience">How long to wait for the last of them, in seconds.</param>
    internal IReadOnlyList<string> Answering(string from, string address, IEnumerable<string> ports, double patience)
    {
        _ = Dom0;
        var seconds = patience.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var result = _spaces[from].Run("python3", ["-c", Client, address, seconds, .. ports]).ShouldSucceed();
        return result.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }

    private NetworkNamespace Make()
    {
        Tool.Need("ip", "iptables-restore", "python3", "bash", "timeout");
        foreach (var name in new[] { "dom0", "guest", "guest2", "outside" })
        {
            _spaces[name] = NetworkNamespace.Create();
            _made.Add(_spaces[name]);
        }
        var dom0 = _spaces["dom0"];
        In(dom0, "link add virbr1 type bridge", "addr add 192.168.100.1/24 dev virbr1", "link set virbr1 up");
        Join("guest", "vif1.0", "192.168.100.11/24", "00:16:3e:4e:31:11", "virbr1");
        Join("guest2", "vif2.0", "192.168.100.12/24", "00:16:3e:4e:31:12", "virbr1");
        Join("outside", "eth0", "10.9.0.2/24", "02:00:00:00:00:02", null);
        In(dom0, "addr add 10.9.0.1/24 dev eth0");
        if (HasIPv6)
        {
            dom0.Run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding").ShouldSucceed();
            In(dom0, "addr add fd00:64::1/64 dev virbr1 nodad", "addr add fd09::1/64 dev eth0 nodad");
            In(_spaces["guest"], "addr add fd00:64::b/64 dev card0 nodad", "-6 route add default via fd00:64::1");
            In(_spaces["guest2"], "addr add fd00:64::c/64 dev card0 nodad", "-6 route add default via fd00:64::1");
            In(_spaces["outside"], "addr add fd09::2/64 dev card0 nodad", "-6 route add default via fd09::1");
        }
        dom0.Run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward").ShouldSucceed();
        foreach (var space in _spaces.Values)
        {
            Serve(space);
        }
        return dom0;
    }

    private void Join(string name, string port, string address, string mac, string? bridge)
    {
        var space = _spaces[name];
        In(_spaces["dom0"], $"link add {port} type veth peer name card0 netns {space.Name}", $"link set {port} up");
        if (bridge is not null)
        {
            In(_spaces["dom0"], $"link set {port} master {bridge}");
        }
        In(space, $"link set card0 address {mac}", $"addr add {address} dev card0", "link set card0 up", $"route add default via {(bridge is null ? "10.9.0.1" : "192.168.100.1")}");
    }

    private static void In(NetworkNamespace space, params string[] commands)
    {
        foreach (var command in commands)
        {
            space.Run("ip", command.Split(' ')).ShouldSucceed();
        }
    }

    private void Serve(NetworkNamespace space)
    {
        var start = new ProcessStartInfo(Tool.Find("ip")!, [.. space.Prefix("python3", ["-c", Server, .. Ports.Select(port => $"{port}")])]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        _made.Add(new Stopper(process));
        Assert.Equal("ready", process.StandardOutput.ReadLine());
    }

    private sealed class Stopper(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
    }
}
