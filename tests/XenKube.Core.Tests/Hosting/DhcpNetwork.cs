using System.Diagnostics;
using System.Text.RegularExpressions;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>A real dnsmasq in one network namespace, and a client in another that asks it for addresses.</summary>
internal sealed partial class DhcpNetwork : IDisposable
{
    // Asks for an address by a card, a client id and a host name, each of them '-' for none; prints the address that is offered.
    private const string Client = """
        import os, socket, struct, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        s.setsockopt(socket.SOL_SOCKET, 25, b'eth0\0')
        s.bind(('', 68))
        wait = float(sys.argv[1])
        for number, question in enumerate(sys.argv[2:]):
            card, client, name = question.split('|')
            mac = bytes(int(x, 16) for x in card.split(':'))
            xid = struct.pack('>I', 0x10000 + number)
            options = b'\x35\x01\x01'
            if client != '-':
                raw = bytes(int(x, 16) for x in client.split(':')) if ':' in client else client.encode()
                options += bytes([61, len(raw)]) + raw
            if name != '-':
                options += bytes([12, len(name)]) + name.encode()
            packet = b'\x01\x01\x06\0' + xid + b'\0\0\x80\0' + 16 * b'\0' + mac + 10 * b'\0' + 192 * b'\0' + b'\x63\x82\x53\x63' + options + b'\xff'
            answer = 'nothing'
            for attempt in range(2):
                s.settimeout(wait)
                s.sendto(packet + 60 * b'\0', ('255.255.255.255', 67))
                try:
                    while True:
                        data = s.recv(2048)
                        if data[4:8] == xid:
                            answer = socket.inet_ntoa(data[16:20])
                            break
                    break
                except socket.timeout:
                    pass
            print(answer)
        """;

    private readonly NetworkNamespace _dom0 = NetworkNamespace.Create();
    private readonly NetworkNamespace _guest = NetworkNamespace.Create();
    private readonly TemporaryDirectory _folder;
    private readonly string _client;
    private Process? _dnsmasq;
    private Task<string>? _log;

    public DhcpNetwork(TemporaryDirectory folder, string address = "192.168.100.1/24")
    {
        _folder = folder;
        _client = folder.Write("dhcp.py", Client);
        var made = Tool.Run("ip", "link", "add", "xkbr", "netns", _dom0.Name, "type", "veth", "peer", "name", "eth0", "netns", _guest.Name);
        Assert.SkipWhen(made.ExitCode != 0, $"this machine permits no veth: {made.Error.Trim()}");
        _dom0.Run("ip", "addr", "add", address, "dev", "xkbr").ShouldSucceed();
        _dom0.Run("ip", "link", "set", "xkbr", "up").ShouldSucceed();
        _guest.Run("ip", "addr", "add", "0.0.0.0/0", "dev", "eth0");
        _guest.Run("ip", "link", "set", "eth0", "up").ShouldSucceed();
        _guest.Run("ip", "route", "add", "default", "dev", "eth0");
    }

    /// <summary>Starts dnsmasq and waits until it leases addresses.</summary>
    public void Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Tool.Find("ip")!) { RedirectStandardError = true };
        foreach (var argument in _dom0.Prefix("dnsmasq", ["--keep-in-foreground", "--interface=xkbr", "--bind-interfaces", "--user=root", "--log-facility=-", "--no-resolv", "--no-ping",
            $"--dhcp-leasefile={_folder[$"leases{Guid.NewGuid():N}"]}", $"--pid-file={_folder["pid"]}", .. arguments]))
        {
            start.ArgumentList.Add(argument);
        }
        File.Delete(_folder["pid"]);
        _dnsmasq = Process.Start(start)!;
        _log = _dnsmasq.StandardError.ReadToEndAsync();
        for (var i = 0; i < 200 && !File.Exists(_folder["pid"]) && !_dnsmasq.HasExited; i++)
        {
            Thread.Sleep(50);
        }
        Assert.False(_dnsmasq.HasExited, $"dnsmasq did not start: {(_dnsmasq.HasExited ? _log.GetAwaiter().GetResult() : "")}");
    }

    /// <summary>What is offered to clients, each as CARD|ID|NAME.</summary>
    public IReadOnlyList<string> Ask(double wait, params IEnumerable<string> questions) =>
        _guest.Run("python3", [_client, wait.ToString(System.Globalization.CultureInfo.InvariantCulture), .. questions]).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Stops dnsmasq.</summary>
    /// <returns>Its log.</returns>
    public string Stop()
    {
        if (_dnsmasq is null)
        {
            return "";
        }
        if (!_dnsmasq.HasExited)
        {
            _dnsmasq.Kill();
        }
        _dnsmasq.WaitForExit(10_000);
        _dnsmasq.Dispose();
        _dnsmasq = null;
        return _log!.GetAwaiter().GetResult();
    }

    /// <summary>The lines that dnsmasq's log refuses.</summary>
    public static SortedSet<int> Refused(string log) => [.. AtLine().Matches(log).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];

    public void Dispose()
    {
        Stop();
        _dom0.Dispose();
        _guest.Dispose();
    }

    [GeneratedRegex("at line ([0-9]+) of")]
    private static partial Regex AtLine();
}
