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
        Assert.Equal("InvalidHostName", Assert.Throws<InvalidInputException>(() => DhcpReservations.Parse("").With([new DhcpReservation(MacAddress.Parse("02:00:00:00:00:01"), Dom0, name)])).ErrorId);

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
