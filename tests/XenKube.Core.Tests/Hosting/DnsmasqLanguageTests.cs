using System.Net;
using XenKube.Files;
using XenKube.Hosting;
using XenKube.Hosting.Dnsmasq;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Hosts files and configurations, read beside a real dnsmasq that leases addresses.</summary>
public sealed class DnsmasqLanguageTests : IDisposable
{
    private const string Lines = """
        # a comment
        52:54:00:aa:00:01,192.168.100.101 # database
        52:54:00:aa:00:02,192.168.100.102,web # shop
        id:01:02:03:04,192.168.100.103
        id:textid,192.168.100.104
        lap,192.168.100.105
        52:54:00:aa:00:06,52:54:00:aa:00:16,192.168.100.106
        1-52:54:00:aa:00:07,192.168.100.107
        06-52:54:00:aa:00:08,192.168.100.108
        52:54:00:ab:*:*,192.168.100.109
        52:54:00:aa:00:0a,set:red,192.168.100.110,tag:never
        52:54:00:aa:00:0b,set:red,192.168.100.111,named-b,12h
        52:54:00:aa:00:0c,192.168.100.112,ignore
        52:54:00:ac:*:*:*,ignore
        52:54:00:aa:00:0d,192.168.100.113,infinite
        52:54:00:aa:00:0e,192.168.100.114,45m
        52:54:00:aa:00:0f,[fd00::15],192.168.100.115
        52:54:00:aa:00:10,[fd00::16]
        52:54:0:aa:0:11,192.168.100.117
        525400:aa0012,192.168.100.118
        52:54:00:aa:00:13 , 192.168.100.119 , spaced
        "52:54:00:aa:00:14",192.168.100.120
        52:54:00:aa:00:15,192.168.100.121,192.168.100.122
        52:54:00:aa:00:17,192.168.100.101
        52:54:00:aa:00:18,192.168.100.0124
        52:54:00:aa:00:19,192.168.100.125,#126
        52:54:00:aa:00:xx,192.168.100.127
        52-54-00-aa-00-1c,192.168.100.128
        52:54:00:aa:00:1d,192.168.100.129,bad name
        52:54:00:aa:00:1e,192.168.100.130,name_1.example.org
        52:54:00:aa:00:1f,192.168.100.131,"quoted
        52:54:00:aa:00:20,::ffff:192.168.100.132
        52:54:00:aa:00:21,[192.168.100.133]
        ,,52:54:00:aa:00:22,,192.168.100.134,
        52:54:00:aa:00:23,192.168.100.135#not a comment
        52:54:00:aa:00:02,192.168.100.136
        ff:ff:ff:ff:ff:fe:01,192.168.100.137
        52:54:00:aa:00:24,net:blue,id:*,192.168.100.138,120
        """;

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Kind", "Process")]
    public void Lines_are_taken_and_refused_as_dnsmasq_does_and_guests_get_what_is_said()
    {
        Tool.Need("dnsmasq", "ip", "python3");
        var path = _folder.Write("hosts", Lines);
        using var network = new DhcpNetwork(_folder);
        network.Start("--conf-file=/dev/null", "--port=0", "--dhcp-range=192.168.100.0,static,255.255.255.0,1h", $"--dhcp-hostsfile={path}");
        var reservations = DhcpReservations.Read(path);
        var cards = Enumerable.Range(1, 0x24).Select(i => MacAddress.Parse($"52:54:00:aa:00:{i:x2}")).Append(MacAddress.Parse("52:54:00:ab:01:02")).Append(MacAddress.Parse("52:54:00:ac:01:02")).ToList();
        var offered = network.Ask(0.4, cards.Select(card => $"{card}|-|-"));
        // Every address is held by somebody, also where no card gives it away.
        var others = network.Ask(2, "52:54:00:ff:00:01|01:02:03:04|-", "52:54:00:ff:00:02|textid|-", "52:54:00:ff:00:03|-|lap");
        var log = network.Stop();

        Assert.Equal(["192.168.100.103", "192.168.100.104", "192.168.100.105"], others);
        var refused = (List<int>)[.. reservations.Hosts.Where(host => host.Problem is not null).Select(host => host.Line)
            .Concat(reservations.Hosts.Where(host => host.Problem is null && host.Address is not null).GroupBy(host => host.Address).SelectMany(group => group.Skip(1)).Select(host => host.Line))];
        Assert.Equal(DhcpNetwork.Refused(log), new SortedSet<int>(refused));

        var said = reservations.GuestAddresses.ToDictionary(pair => pair.MacAddress, pair => pair.IPAddress.ToString());
        foreach (var (card, address) in cards.Zip(offered))
        {
            // A card that shares its line, or has a wildcard's, is offered an address which is not for new guests.
            var expected = said.GetValueOrDefault(card) ?? reservations.Hosts.LastOrDefault(host => !refused.Contains(host.Line) && host is { IsIgnored: false, Filters: [], Address: not null } && host.Cards.Any(pattern => pattern.Matches(card)))?.Address?.ToString() ?? "nothing";
            Assert.True(expected == address, $"{card}: dnsmasq offers {address}, {expected} was read");
        }
        foreach (var taken in others.Concat(offered).Where(address => address != "nothing"))
        {
            Assert.Equal("ReservationExists", Assert.Throws<ItemExistsException>(() => reservations.With([new DhcpReservation(MacAddress.Parse("02:00:00:00:00:01"), IPAddress.Parse(taken))])).ErrorId);
        }
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Lines_made_of_random_fields_are_read_as_dnsmasq_reads_them()
    {
        Tool.Need("dnsmasq", "ip", "python3");
        var random = new Random(20);
        var address = 0;
        string Field(int line) => random.Next(20) switch
        {
            0 => $"192.168.100.{10 + (address++ % 200)}",
            1 => "192.168.1.2.3",
            2 => $"id:{line:x2}:{line:x2}",
            3 => "set:a",
            4 => "ignore",
            5 => $"n{line}",
            6 => "12h",
            7 => "99",
            8 => $"52:54:00:bb:01:{line % 256:x2}",
            9 => "*:*:*:*:*:*",
            10 => "[fd00::1]",
            11 => "[fd00::g]",
            12 => "-x",
            13 => "x y",
            14 => "\"a,b\"",
            15 => "",
            16 => "5254:zz",
            17 => "# gone",
            18 => "h",
            _ => "infinite",
        };
        var text = string.Concat(Enumerable.Range(0, 400).Select(line => $"{string.Join(random.Next(3) == 0 ? " , " : ",", Enumerable.Range(0, random.Next(1, 5)).Select(_ => Field(line)).Prepend($"52:54:00:bb:0{line >> 8}:{line & 255:x2}"))}\n"));
        var path = _folder.Write("hosts", text);
        using var network = new DhcpNetwork(_folder);
        network.Start("--conf-file=/dev/null", "--port=0", "--dhcp-range=192.168.100.0,static,255.255.255.0,1h", $"--dhcp-hostsfile={path}");
        var asked = DhcpReservations.Read(path).GuestAddresses.Where(pair => random.Next(4) == 0).ToList();
        Assert.NotEmpty(asked);
        var offered = network.Ask(2, asked.Select(pair => $"{pair.MacAddress}|-|-"));
        var refused = DhcpNetwork.Refused(network.Stop());
        var hosts = DnsmasqHostParser.ParseFile(text, path).ToList();
        var ours = hosts.Where(host => host.Problem is not null).Select(host => host.Line)
            .Concat(hosts.Where(host => host.Problem is null && host.Address is not null).GroupBy(host => host.Address).SelectMany(group => group.Skip(1)).Select(host => host.Line));
        Assert.Equal(refused, new SortedSet<int>(ours));
        Assert.InRange(refused.Count, 20, 380);
        Assert.Equal(asked.Select(pair => pair.IPAddress.ToString()), offered);
    }

    /// <summary>A tree of a host with a stock dnsmasq whose hosts are said in every place.</summary>
    private HostTree StockHost()
    {
        _folder.Write("root/etc/dnsmasq.conf", $"# stock\nno-resolv\ninterface=virbr1 # guests\ndhcp-range = 192.168.100.2,192.168.100.254\ndhcp-hostsfile={_folder["root/hosts"]}\nread-ethers\n");
        _folder.Write("root/etc/dnsmasq.d/10-hosts", "dhcp-host=52:54:00:aa:00:31,192.168.100.31,conf\n");
        _folder.Write("root/etc/dnsmasq.d/20.dpkg-old", "dhcp-host=52:54:00:aa:00:32,192.168.100.32\n");
        _folder.Write("root/etc/dnsmasq.d/.hidden", "dhcp-host=52:54:00:aa:00:33,192.168.100.33\n");
        _folder.Write("root/etc/dnsmasq.d/30-dirs", "dhcp-hostsdir=/srv/hosts.d\nconf-dir=/srv/more,*.conf\naddn-hosts=/srv/names\n");
        _folder.Write("root/srv/hosts.d/one", "id:aa:bb,192.168.100.34\n");
        _folder.Write("root/srv/hosts.d/two~", "52:54:00:aa:00:35,192.168.100.35\n");
        _folder.Write("root/srv/more/a.conf", "dhcp-host=52:54:00:aa:00:36,named\n");
        _folder.Write("root/srv/more/b.txt", "dhcp-host=52:54:00:aa:00:37,192.168.100.37\n");
        _folder.Write("root/srv/names", "192.168.100.36 named.example named\n");
        _folder.Write("root/etc/ethers", "# cards\n52:54:00:aa:00:38 192.168.100.38\n");
        _folder.Write("root/hosts", "52:54:00:aa:00:39,192.168.100.39\n52:54:00:aa:00:40,192.168.100.31\n");
        return new HostTree(_folder["root"]);
    }

    [Fact]
    public void Hosts_of_a_stock_dnsmasq_are_seen_in_every_place_that_it_reads()
    {
        var tree = StockHost();
        var instance = Assert.Single(DnsmasqInstance.Of(tree, "virbr1", IPAddress.Parse("192.168.100.1"), _folder["root/hosts"]));
        Assert.Equal(("dnsmasq.service", false), (instance.Unit, instance.IsRunning));
        Assert.Equal(["192.168.100.31", "192.168.100.36", "192.168.100.38", "192.168.100.39", "192.168.100.31", "192.168.100.34"], instance.Configuration.Hosts.Select(host => host.Address?.ToString()));
        Assert.Empty(DnsmasqInstance.Of(tree, "virbr9", IPAddress.Parse("192.168.9.1"), "/elsewhere"));
        var reservations = DhcpReservations.Read(_folder["root/hosts"], [instance]);
        foreach (var number in new[] { 31, 34, 36, 38 })
        {
            var error = Assert.Throws<ItemExistsException>(() => reservations.With(DhcpReservations.Range(number, number, IPAddress.Parse("192.168.100.1"))));
            Assert.DoesNotContain("root/hosts", error.File, StringComparison.Ordinal);
        }
        Assert.Contains("root", Assert.Throws<ItemExistsException>(() => reservations.With(DhcpReservations.Range(39, 39, IPAddress.Parse("192.168.100.1")))).File, StringComparison.Ordinal);
        reservations.With(DhcpReservations.Range(32, 33, IPAddress.Parse("192.168.100.1")));
        Assert.Equal("ReservationExists", Assert.Throws<ItemExistsException>(() => reservations.With([new DhcpReservation(MacAddress.Parse("02:00:00:00:00:01"), IPAddress.Parse("192.168.100.50"), "CONF")])).ErrorId);
        // dnsmasq drops the second host of one address, so its guest is not promised that address.
        Assert.DoesNotContain(reservations.GuestAddresses, pair => pair.MacAddress == MacAddress.Parse("52:54:00:aa:00:40"));
        var fault = Assert.Single(ReservationFindings.Faults(reservations, new BridgeNetwork(IPAddress.Parse("192.168.100.1"), 24)));
        Assert.StartsWith("192.168.100.31 is reserved twice: line 1 of /etc/dnsmasq.d/10-hosts and line 2 of", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Places_are_those_that_a_real_dnsmasq_reads()
    {
        Tool.Need("dnsmasq", "ip", "python3");
        StockHost();
        using var network = new DhcpNetwork(_folder);
        // The same tree at the paths of this machine.
        foreach (var file in Directory.GetFiles(_folder["root"], "*", SearchOption.AllDirectories))
        {
            File.WriteAllText(file, File.ReadAllText(file).Replace("=/srv", $"={_folder["root/srv"]}", StringComparison.Ordinal).Replace("interface=virbr1", "interface=xkbr", StringComparison.Ordinal)
                .Replace("read-ethers\n", "", StringComparison.Ordinal).Replace(",192.168.100.254", ",192.168.100.2", StringComparison.Ordinal));
        }
        string[] arguments = [$"--conf-file={_folder["root/etc/dnsmasq.conf"]}", "-7", $"{_folder["root/etc/dnsmasq.d"]},.dpkg-dist,.dpkg-old,.dpkg-new"];
        Tool.Run("dnsmasq", ["--test", .. arguments]).ShouldSucceed();
        network.Start(arguments);
        var configuration = DnsmasqConfiguration.Read(HostTree.Own, arguments);
        var cards = Enumerable.Range(0x31, 10).Select(i => MacAddress.Parse($"52:54:00:aa:00:{i:x2}")).ToList();
        var offered = network.Ask(1, cards.Select(card => $"{card}|-|-").Append("52:54:00:ff:00:01|aa:bb|-"));
        var read = cards.Select(card => configuration.Hosts.FirstOrDefault(host => host.Cards.Any(pattern => pattern.Card == card))?.Address?.ToString());
        Assert.Equal(read.Append("192.168.100.34").Select(address => address ?? "192.168.100.2"), offered.Select(address => address == "nothing" ? "192.168.100.2" : address));
    }

    [Fact]
    public void Running_dnsmasq_says_what_it_reads_and_its_unit()
    {
        _folder.Write("root/etc/other.conf", "interface=virbr*\nexcept-interface=virbr7\ndhcp-hostsfile=/srv/hosts\n");
        _folder.Write("root/srv/hosts", "52:54:00:aa:00:01,192.168.100.11\n");
        _folder.Write("root/proc/77/comm", "dnsmasq\n");
        _folder.Write("root/proc/77/cmdline", "/usr/sbin/dnsmasq\0-x\0/run/pid\0-C/etc/other.conf\0-kd\0");
        _folder.Write("root/proc/77/cgroup", "0::/system.slice/system-dnsmasq.slice/dnsmasq@virbr1.service\n");
        _folder.Write("root/proc/78/comm", "nginx\n");
        var tree = new HostTree(_folder["root"]);
        var dom0 = IPAddress.Parse("192.168.100.1");
        var instance = Assert.Single(DnsmasqInstance.Of(tree, "virbr1", dom0, "/x"));
        Assert.Equal(("dnsmasq@virbr1.service", true, 77), (instance.Unit, instance.IsRunning, instance.ProcessId));
        Assert.Single(instance.Configuration.Hosts);
        Assert.Empty(DnsmasqInstance.Of(tree, "virbr7", dom0, "/x"));
        Assert.Empty(DnsmasqInstance.Of(tree, "br0", dom0, "/x"));
        Assert.Single(DnsmasqInstance.Of(tree, "br0", dom0, "/srv/hosts"));
    }

    [Fact]
    public void Network_of_libvirt_is_left_to_libvirt_and_its_hosts_are_seen()
    {
        _folder.Write("root/var/lib/libvirt/dnsmasq/guests.conf", "##WARNING:  THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE\n##OVERWRITTEN AND LOST.  Changes to this configuration should be made using:\n##    virsh net-edit guests\n## or other application using the libvirt API.\n##\n## dnsmasq conf file created by libvirt\nstrict-order\npid-file=/run/libvirt/network/guests.pid\nexcept-interface=lo\nbind-dynamic\ninterface=virbr1\ndhcp-range=192.168.100.2,192.168.100.254,255.255.255.0\ndhcp-no-override\ndhcp-authoritative\ndhcp-lease-max=253\ndhcp-hostsfile=/var/lib/libvirt/dnsmasq/guests.hostsfile\naddn-hosts=/var/lib/libvirt/dnsmasq/guests.addnhosts\n");
        _folder.Write("root/var/lib/libvirt/dnsmasq/guests.hostsfile", "00:16:3e:4e:31:12,192.168.100.12,two\n");
        var options = new HostOptions(_folder["xen"]) { SystemRoot = _folder["root"], ReservationsFile = _folder["root/elsewhere"], BackupDirectory = _folder["backups"] };
        var step = Assert.Single(HostPlan.Create(options, ["reservations"]).Steps);
        Assert.Equal(("ReservationsReadOnly", false), (step.Problem?.ErrorId, step.IsNeeded));
        Assert.Contains("virsh net-update guests add ip-dhcp-host \"<host mac='00:16:3e:4e:31:10' ip='192.168.100.10'/>\"", step.Problem!.Remedy, StringComparison.Ordinal);
        Assert.Equal(["192.168.100.12"], DhcpReservations.Read(options.ReservationsFile, options.Dnsmasqs).GuestAddresses.Select(pair => pair.IPAddress.ToString()));
    }

    [Fact]
    public void Foreign_reservation_does_not_keep_the_other_addresses_from_the_guests()
    {
        var options = new HostOptions(_folder["xen"]) { SystemRoot = _folder["root"], ReservationsFile = _folder.Write("root/hosts", "printer,192.168.100.17\nid:01:02,192.168.100.18\n"), BackupDirectory = _folder["backups"], Activate = false };
        var plan = HostPlan.Create(options, ["reservations"]);
        Assert.Contains("without 2 that others have (192.168.100.17 is reserved already: 192.168.100.17,printer", plan.Steps[0].Wanted, StringComparison.Ordinal);
        Assert.True(plan.Apply()[0] is { IsChanged: true, Error: null });
        Assert.Equal(88, DhcpReservations.Read(options.ReservationsFile).Items.Count);
        Assert.False(HostPlan.Create(options, ["reservations"]).IsNeeded);
    }

    [Fact]
    public void Dnsmasq_that_does_not_read_the_file_is_named_and_the_remedy_makes_it_read_the_file()
    {
        _folder.Write("root/etc/dnsmasq.conf", "interface=virbr1\ndhcp-range=192.168.100.2,192.168.100.254\n");
        _folder.Write("root/etc/dnsmasq.d/README", "# none\n");
        var options = new HostOptions(_folder["xen"]) { SystemRoot = _folder["root"], ReservationsFile = _folder["root/var/hosts"], BackupDirectory = _folder["backups"], Activate = false };
        var step = HostPlan.Create(options, ["reservations"]).Steps[0];
        Assert.Equal(("ReservationsNotRead", true), (step.Problem?.ErrorId, step.IsNeeded));
        Assert.Contains("'systemctl restart dnsmasq.service'", step.Problem!.Remedy, StringComparison.Ordinal);
        var words = step.Problem.Remedy!.Split(' ');
        var line = words.Single(word => word.StartsWith("dhcp-hostsfile=", StringComparison.Ordinal));
        _folder.Write($"root{words.Single(word => word.StartsWith("/etc/", StringComparison.Ordinal))}", $"{line}\n");
        Assert.Null(HostPlan.Create(options, ["reservations"]).Steps[0].Problem);
    }

    [Theory]
    [InlineData("192.168.100.1", 24, "192.168.100.10", "192.168.100.99", 90)]
    [InlineData("10.1.2.1", 16, "10.1.2.10", "10.1.2.99", 90)]
    [InlineData("192.168.100.129", 25, "192.168.100.138", "192.168.100.227", 90)]
    [InlineData("192.168.100.65", 26, "192.168.100.74", "192.168.100.126", 53)]
    [InlineData("192.168.100.20", 24, "192.168.100.10", "192.168.100.99", 89)]
    public void Range_stays_within_the_network(string dom0, int prefix, string first, string last, int count)
    {
        var range = DhcpReservations.Range(10, 99, IPAddress.Parse(dom0), prefixLength: prefix);
        Assert.Equal((first, last, count), (range[0].IPAddress.ToString(), range[^1].IPAddress.ToString(), range.Count));
        Assert.Throws<InvalidInputException>(() => DhcpReservations.Range(90, 99, IPAddress.Parse(dom0), prefixLength: 29));
    }

    [Fact]
    public void One_card_of_a_line_for_several_is_removed_alone()
    {
        var file = DhcpReservations.Parse("52:54:00:00:00:01, 52:54:00:00:00:02,192.168.100.11,two # cards\n");
        Assert.Equal("52:54:00:00:00:01,192.168.100.11,two # cards\n", file.Without(item => item.MacAddress == MacAddress.Parse("52:54:00:00:00:02")).ToString());
        Assert.Equal("", file.Without(item => item.IPAddress.ToString() == "192.168.100.11").ToString());
        // Two machines must not be given one address.
        Assert.Empty(file.GuestAddresses);
        Assert.Equal(2, file.Items.Count);
    }
}
