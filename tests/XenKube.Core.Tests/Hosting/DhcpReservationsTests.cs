using System.Net;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public sealed class DhcpReservationsTests : IDisposable
{
    private const string Text = "# the guests of dom0\n00:16:3e:ee:ee:01,192.168.100.254\r\n\nid:01:02,ignore\n00:16:3E:4E:31:11,set:etcd,192.168.100.11,etcd-node-1,infinite # ours\n52:54:00:00:00:01\n\u00e9\u00ff";
    private readonly TemporaryDirectory _folder = new();
    private static readonly IPAddress Dom0 = IPAddress.Parse("192.168.100.1");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Range_is_khostsfile()
    {
        var all = DhcpReservations.Range(10, 99, Dom0);
        Assert.Equal(90, all.Count);
        Assert.Equal("00:16:3e:4e:31:10,192.168.100.10", all[0].ToString());
        Assert.Equal("00:16:3e:4e:31:11,192.168.100.11", all[1].ToString());
        Assert.Equal("00:16:3e:4e:31:99,192.168.100.99", all[^1].ToString());
        Assert.Throws<InvalidInputException>(() => DhcpReservations.Range(9, 20, Dom0));
        Assert.Throws<InvalidInputException>(() => DhcpReservations.Range(20, 100, Dom0));
        Assert.Throws<InvalidInputException>(() => DhcpReservations.Range(30, 20, Dom0));
    }

    [Fact]
    public void Items_are_read_among_foreign_lines()
    {
        var file = DhcpReservations.Parse(Text);
        Assert.Equal([("00:16:3e:ee:ee:01", "192.168.100.254", "", 2), ("00:16:3e:4e:31:11", "192.168.100.11", "etcd-node-1", 5)], file.Items.Select(item => (item.MacAddress.ToString(), item.IPAddress.ToString(), item.HostName, item.Line)));
    }

    [Fact]
    public void With_keeps_every_other_byte_and_without_takes_one_line()
    {
        var path = _folder.Write("hostsfile", System.Text.Encoding.Latin1.GetBytes(Text));
        var added = DhcpReservations.Read(path).With(DhcpReservations.Range(10, 12, Dom0));
        added.ToChange().Apply(new BackupStore(_folder["backups"]));
        Assert.Equal(System.Text.Encoding.Latin1.GetBytes(Text + "\n00:16:3e:4e:31:10,192.168.100.10\n00:16:3e:4e:31:12,192.168.100.12\n"), File.ReadAllBytes(path));
        var removed = DhcpReservations.Read(path).Without(item => item.IPAddress.ToString() is "192.168.100.11" or "192.168.100.254");
        Assert.Equal("# the guests of dom0\n\nid:01:02,ignore\n52:54:00:00:00:01\n\u00e9\u00ff\n00:16:3e:4e:31:10,192.168.100.10\n00:16:3e:4e:31:12,192.168.100.12\n", removed.ToString());
    }

    [Fact]
    public void Again_changes_nothing_and_duplicates_are_refused()
    {
        var file = DhcpReservations.Parse("").With(DhcpReservations.Range(10, 99, Dom0));
        Assert.Equal(file.ToString(), file.With(DhcpReservations.Range(10, 99, Dom0)).ToString());
        Assert.Equal(Text, DhcpReservations.Parse(Text).With([DhcpReservations.Range(11, 11, Dom0)[0]]).ToString());
        var mac = Assert.Throws<ItemExistsException>(() => file.With([new DhcpReservation(MacAddress.ForNumber("00:16:3e:4e:31", 11), IPAddress.Parse("192.168.100.200"))]));
        Assert.Equal(("ReservationExists", "line 2"), (mac.ErrorId, mac.Place));
        Assert.Throws<ItemExistsException>(() => file.With([new DhcpReservation(MacAddress.Parse("02:00:00:00:00:01"), IPAddress.Parse("192.168.100.11"))]));
        var twice = new DhcpReservation(MacAddress.Parse("02:00:00:00:00:01"), IPAddress.Parse("10.0.0.1"));
        Assert.Throws<ItemExistsException>(() => file.With([twice, twice with { IPAddress = IPAddress.Parse("10.0.0.2") }]));
    }

    [Theory]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("a,10.0.0.1")]
    [InlineData("a\n00:16:3e:4e:31:99,10.0.0.1")]
    public void Host_name_cannot_smuggle_a_line(string name) =>
        Assert.Equal("HostNameInvalid", Assert.Throws<InvalidInputException>(() => DhcpReservations.Parse("").With([new DhcpReservation(MacAddress.Parse("02:00:00:00:00:01"), Dom0, name)])).ErrorId);

    [Theory]
    [InlineData("00:16:3e:4e:31:11,192.168.100.11", "00:16:3e:4e:31:11", "192.168.100.11", "")]
    [InlineData(" 00:16:3E:4E:31:11 , 192.168.100.11 , node-1 ", "00:16:3e:4e:31:11", "192.168.100.11", "node-1")]
    [InlineData("192.168.100.11,node-1,00:16:3e:4e:31:11", "00:16:3e:4e:31:11", "192.168.100.11", "node-1")]
    [InlineData("00:16:3e:4e:31:11,192.168.100.11,infinite", "00:16:3e:4e:31:11", "192.168.100.11", "")]
    [InlineData("00:16:3e:4e:31:11,192.168.100.11,12h,node-1", "00:16:3e:4e:31:11", "192.168.100.11", "node-1")]
    [InlineData("00:16:3e:4e:31:11,set:etcd,tag:x,192.168.100.11,node-1,node-2", "00:16:3e:4e:31:11", "192.168.100.11", "node-2")]
    [InlineData("00:16:3e:4e:31:11,192.168.100.11,192.168.100.12", "00:16:3e:4e:31:11", "192.168.100.12", "")]
    public void Fields_of_a_line_are_found_in_any_order(string line, string mac, string address, string name)
    {
        var item = Assert.Single(DhcpReservations.Parse(line).Items);
        Assert.Equal((mac, address, name, 1), (item.MacAddress.ToString(), item.IPAddress.ToString(), item.HostName, item.Line));
    }

    [Theory]
    [InlineData("00:16:3e:4e:31:11,192.168.100.11,ignore,node-1")]
    [InlineData("00:16:3e:4e:31:11")]
    [InlineData("192.168.100.11,node-1")]
    [InlineData("00:16:3e:4e:31:11,fe80::1")]
    [InlineData("00:16:3e:4e:31:11,::ffff:192.168.100.11")]
    [InlineData("00:16:3e:4e:31:11,192.168.100")]
    [InlineData("00:16:3e:4e:31:11,192.168.100.256")]
    [InlineData("#00:16:3e:4e:31:11,192.168.100.11")]
    [InlineData("00:16:3e:4e:31:11,#192.168.100.11,192.168.100.12")]
    [InlineData("")]
    public void Line_without_both_addresses_is_not_a_reservation(string line) => Assert.Empty(DhcpReservations.Parse(line).Items);

    [Fact]
    public void Reservation_is_found_by_its_mac_and_gives_the_pair()
    {
        var file = DhcpReservations.Parse(Text);
        var item = Assert.Single(file.Items, item => item.MacAddress == MacAddress.Parse("00:16:3E:4e:31:11"));
        Assert.Equal(("etcd-node-1", "192.168.100.11"), (item.HostName, item.Address.IPAddress.ToString()));
        Assert.Equal("00:16:3e:4e:31:11", item.Address.MacAddress.ToString());
        Assert.Equal("00:16:3e:4e:31:11,192.168.100.11,etcd-node-1", item.ToString());
        Assert.DoesNotContain(file.Items, item => item.MacAddress == MacAddress.Parse("00:16:3e:4e:31:12"));
    }

    [Fact]
    public void File_that_is_missing_has_no_reservations_and_is_made_with_its_folder()
    {
        var file = DhcpReservations.Read(_folder["virbr1/hostsfile"]);
        Assert.Equal((_folder["virbr1/hostsfile"], "", 0), (file.Path, file.ToString(), file.Items.Count));
        file.With(DhcpReservations.Range(10, 10, Dom0)).ToChange().Apply(new BackupStore(_folder["backups"]));
        Assert.Equal("00:16:3e:4e:31:10,192.168.100.10\n", File.ReadAllText(_folder["virbr1/hostsfile"]));
    }

    [Theory]
    [InlineData(9, 20)]
    [InlineData(20, 100)]
    [InlineData(30, 29)]
    public void Range_of_other_numbers_than_two_digits_is_refused(int first, int last)
    {
        var error = Assert.Throws<InvalidInputException>(() => DhcpReservations.Range(first, last, Dom0));
        Assert.Equal("NumberOutOfRange", error.ErrorId);
        Assert.Contains($"{first}..{last}", error.Message, StringComparison.Ordinal);
        Assert.Contains("10..99", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Range_is_of_one_number_or_of_another_prefix_but_never_of_IPv6()
    {
        Assert.Equal(["52:54:00:00:00:42,10.1.2.42"], DhcpReservations.Range(42, 42, IPAddress.Parse("10.1.2.3"), "52:54:00:00:00").Select(item => item.ToString()));
        var error = Assert.Throws<InvalidInputException>(() => DhcpReservations.Range(10, 11, IPAddress.IPv6Loopback));
        Assert.Equal("NumberOutOfRange", error.ErrorId);
        Assert.Contains("IPv4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicate_is_named_with_the_line_that_has_it_and_what_to_do()
    {
        var file = DhcpReservations.Parse(Text, "/etc/hostsfile");
        var address = Assert.Throws<ItemExistsException>(() => file.With([new DhcpReservation(MacAddress.Parse("02:00:00:00:00:01"), IPAddress.Parse("192.168.100.254"))]));
        Assert.Equal(("ReservationExists", "/etc/hostsfile", "line 2"), (address.ErrorId, address.File, address.Place));
        Assert.Contains("192.168.100.254 is reserved already: 00:16:3e:ee:ee:01", address.Message, StringComparison.Ordinal);
        Assert.Contains("another address", address.Remedy, StringComparison.Ordinal);
        var mac = Assert.Throws<ItemExistsException>(() => file.With([new DhcpReservation(MacAddress.Parse("00:16:3e:ee:ee:01"), IPAddress.Parse("192.168.100.12"))]));
        Assert.Contains("00:16:3e:ee:ee:01 is reserved already", mac.Message, StringComparison.Ordinal);
        var item = new DhcpReservation(MacAddress.Parse("02:00:00:00:00:02"), IPAddress.Parse("192.168.100.20"));
        // The other one is not in the file yet, and so has no line.
        Assert.Null(Assert.Throws<ItemExistsException>(() => file.With([item, item with { MacAddress = MacAddress.Parse("02:00:00:00:00:03") }])).Place);
    }

    [Fact]
    public void Same_reservation_by_another_name_is_refused_and_without_a_name_is_no_change()
    {
        var file = DhcpReservations.Parse(Text);
        var known = new DhcpReservation(MacAddress.Parse("00:16:3e:4e:31:11"), IPAddress.Parse("192.168.100.11"), "etcd-node-1");
        Assert.Same(file, file.With([known]));
        Assert.Same(file, file.With([known with { HostName = "" }]));
        Assert.Equal("ReservationExists", Assert.Throws<ItemExistsException>(() => file.With([known with { HostName = "other" }])).ErrorId);
        Assert.Same(file, file.With([]));
    }

    [Fact]
    public void Reservation_with_a_name_is_added_on_a_line_of_its_own()
    {
        var item = new DhcpReservation(MacAddress.Parse("02:00:00:00:00:02"), IPAddress.Parse("192.168.100.20"), "a" + new string('-', 61) + "9");
        Assert.Equal($"# last line\n02:00:00:00:00:02,192.168.100.20,{item.HostName}\n", DhcpReservations.Parse("# last line").With([item]).ToString());
        Assert.Equal($"# last line\n02:00:00:00:00:02,192.168.100.20,{item.HostName}\n", DhcpReservations.Parse("# last line\n").With([item]).ToString());
        Assert.Equal($"02:00:00:00:00:02,192.168.100.20,{item.HostName}\n", DhcpReservations.Parse("").With([item]).ToString());
        var error = Assert.Throws<InvalidInputException>(() => DhcpReservations.Parse("").With([item with { HostName = new string('a', 64) }]));
        Assert.Equal("HostNameInvalid", error.ErrorId);
        Assert.Contains("host name", error.Message, StringComparison.Ordinal);
        Assert.Contains("letters, digits", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_file_is_read_without_harm()
    {
        var random = new Random(3);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            var text = System.Text.Encoding.Latin1.GetString(bytes) + Text[..random.Next(Text.Length)];
            var file = DhcpReservations.Parse(text);
            Assert.Equal(text, file.ToString());
            Assert.Equal(text, file.Without(_ => false).ToString());
        }
    }
}
