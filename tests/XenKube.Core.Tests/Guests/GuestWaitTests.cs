using System.Globalization;
using System.Net;
using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Posix;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>A wait means what it says: what counts is an answer of this guest since this start.</summary>
[Trait("Kind", "Process")]
public sealed class GuestWaitTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Address_of_a_guest_counts_when_its_own_card_answers_after_the_start()
    {
        Tool.Need("unshare", "nsenter", "ip", "python3");
        Assert.SkipWhen(Tool.Run("unshare", "--net", "true").ExitCode != 0, "this user may not make network name spaces");
        Script.Write(_folder["xl"], """
            #!/bin/bash
            if [ "$1 $2" = "list -l" ]; then echo '[]'; exit; fi
            printf 'Name ID Mem VCPUs\tState\tTime(s)\nDomain-0 0 2048 2 r----- 292.6\n'
            for n in 1 2; do printf 'etcd-node-%s %s 512 1 -b---- 20.6\n' $n $n; done
            """);
        var run = Tool.Run("unshare", "--net", Project.Tests("network", "guest-waits.sh"), Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), _folder.Path);
        Assert.True(run.ExitCode == 0, run.All);
        var cases = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToDictionary(fields => fields[0], fields => (Code: fields[1], Said: fields[2]));
        string[] answered = ["arp-only", "two-guests", "later"], silent = ["stale", "fresh", "other", "other-ssh", "late"];
        Assert.Equal([.. answered.Concat(silent).Order(StringComparer.Ordinal)], cases.Keys.Order(StringComparer.Ordinal));
        Assert.All(answered, name => Assert.True(cases[name].Code == "0", $"{name}: {cases[name].Said}"));
        Assert.All(silent, name => Assert.True(cases[name].Code != "0" && cases[name].Said.Contains("did not answer", StringComparison.Ordinal), $"{name}: {cases[name].Said}"));
        Assert.All(["other", "other-ssh"], name => Assert.Contains("192.168.100.11 is answered by 52:54:00:12:34:56, which is another host than the guest (00:16:3e:4e:31:11)", cases[name].Said, StringComparison.Ordinal));
    }

    [Fact]
    public void Neighbours_that_are_damaged_or_cut_short_are_not_read()
    {
        // RTM_NEWNEIGH of 192.168.100.11 on interface 3, reachable, lladdr 00:16:3e:4e:31:11, confirmed 1.5 s ago, as strace shows it.
        var message = Convert.FromHexString(
            "440000001c0002000000000000000000" + "02000000" + "03000000" + "0200" + "0001" + "08000100c0a8640b" + "0a00020000163e4e31110000" + "14000300" + "96000000" + "00000000" + "00000000" + "00000000");
        var found = new List<Neighbour>();
        var address = IPAddress.Parse("192.168.100.11");
        Assert.True(Neighbour.Parse(message, address, found));
        var neighbour = Assert.Single(found);
        Assert.Equal((3, true, TimeSpan.FromSeconds(1.5), "00163E4E3111"), (neighbour.Interface, neighbour.IsReachable, neighbour.Confirmed, Convert.ToHexString(neighbour.Hardware)));
        Assert.True(Neighbour.Parse(message, IPAddress.Parse("192.168.100.12"), found));
        Assert.Single(found);
        for (var length = 0; length < message.Length; length++)
        {
            _ = Neighbour.Parse(message.AsSpan(0, length), address, []);
        }
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            var damaged = (byte[])message.Clone();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            _ = Neighbour.Parse(damaged, address, []);
        }
    }

    [Theory]
    [InlineData("uptime-one", "0.00:00:41")]
    [InlineData("uptime-unknown", null)]
    [InlineData("uptime-only-dom0", "0.00:01:57")]
    public void Uptime_is_read_as_xl_prints_it(string recording, string? expected) =>
        Assert.Equal(expected is null ? null : TimeSpan.Parse(expected, CultureInfo.InvariantCulture), XlListParser.ParseUptime(File.ReadAllText(Project.Tests("fixtures", "xl", $"{recording}.stdout"))));

    [Theory]
    [InlineData("etcd-node-1  14  1 day,  0:00:41", "1.00:00:41")]
    [InlineData("etcd-node-1  14  12 days, 13:00:41", "12.13:00:41")]
    [InlineData("Name ID Uptime", null)]
    [InlineData("etcd-node-1  14  99999999999 days, 13:00:41", null)]
    public void Uptime_of_days_is_read(string line, string? expected) =>
        Assert.Equal(expected is null ? null : TimeSpan.Parse(expected, CultureInfo.InvariantCulture), XlListParser.ParseUptime($"Name ID Uptime\n{line}\n"));

    private Node MakeNode(out XenDirectory directory)
    {
        _folder.Write("hosts", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n");
        _folder.Write("xenkube.json", $$"""{ "reservationsFile": "{{_folder["hosts"]}}" }""");
        var disk = _folder.Write("guests/etcd/node-1.img", "x");
        _folder.Write("guests/etcd/node-1.cfg", XenGuestConfig.Create("etcd-node-1", 1024, 1, XenVif.Create(MacAddress.Parse("00:16:3e:4e:31:11")), [XenDisk.Create(disk)]).ToString());
        _folder.Write("nginx/etcd/node-1.json", "{}");
        directory = new XenDirectory(_folder.Path, onWait: null);
        return new NodeStore(directory).Describe("etcd", "node-1");
    }

    private static IgnitionRequest Fetch(DateTimeOffset time, string address = "192.168.100.11", string agent = "Ignition/0.17.2", int status = 200, string path = "/etcd/node-1.json") =>
        new(time, IPAddress.Parse(address), "GET", path, status, 2, TimeSpan.Zero, agent, true);

    [Fact]
    public void Fetch_counts_after_the_start_and_the_publication_whichever_is_later()
    {
        var node = MakeNode(out var directory);
        var now = DateTimeOffset.UtcNow;
        var requests = new List<IgnitionRequest>();
        IgnitionRequest? Find(TimeSpan published, TimeSpan? started)
        {
            File.SetLastWriteTimeUtc(node.IgnitionPath, (now - published).UtcDateTime);
            return new IgnitionFetches(directory, since => requests.Where(request => since is null || request.Time >= since)).Find(node, started is { } ago ? now - ago : null);
        }
        static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
        requests.Add(Fetch(now - Minutes(10)));
        Assert.NotNull(Find(Minutes(20), Minutes(15)));
        Assert.NotNull(Find(Minutes(15), Minutes(20)));
        Assert.NotNull(Find(Minutes(15), null));
        Assert.Null(Find(Minutes(20), Minutes(5)));
        Assert.Null(Find(Minutes(5), Minutes(20)));
        Assert.Null(Find(Minutes(5), null));
        File.Delete(node.IgnitionPath);
        Assert.Null(new IgnitionFetches(directory, _ => requests).Find(node, null));
    }

    [Theory]
    [InlineData("192.168.100.11", "curl/7.88", 200, true)]
    [InlineData("::ffff:192.168.100.11", "Ignition/2.14.0", 200, true)]
    [InlineData("192.168.100.77", "Ignition/2.14.0", 200, true)]
    [InlineData("192.168.100.12", "Ignition/2.14.0", 200, false)]
    [InlineData("192.168.100.1", "curl/7.88", 200, false)]
    [InlineData("192.168.100.1", "XenKube", 200, false)]
    [InlineData("127.0.0.1", "XenKube", 200, false)]
    [InlineData("192.168.100.11", "Ignition/2.14.0", 404, false)]
    [InlineData("192.168.100.11", "Ignition/2.14.0", 304, false)]
    public void Fetch_counts_if_it_is_the_guests_own(string address, string agent, int status, bool counts)
    {
        var node = MakeNode(out var directory);
        var fetches = new IgnitionFetches(directory, _ => [Fetch(DateTimeOffset.UtcNow.AddSeconds(1), address, agent, status)]);
        Assert.Equal(counts, fetches.Find(node, null) is not null);
    }

    [Fact]
    public void Wait_for_ignition_ends_at_once_after_a_fetch_and_not_at_all_after_one_of_the_last_run()
    {
        var node = MakeNode(out var directory);
        File.SetLastWriteTimeUtc(node.IgnitionPath, DateTime.UtcNow.AddHours(-1));
        using var xl = new StandInXl(("list -l", "up-l"), ("list", "up"), ("uptime etcd-node-1", "uptime-one"));
        xl.List("up", (14, "etcd-node-1", "-b----", node.DiskPath, "00:16:3e:4e:31:11"));
        var options = new GuestActionOptions { Timeout = TimeSpan.FromSeconds(1) };
        GuestResult Wait(int secondsAgo) =>
            new NodeGuests(directory).Open(xl.Driver, _ => [Fetch(DateTimeOffset.UtcNow.AddSeconds(-secondsAgo))]).Wait([node.GuestConfigPath], GuestCondition.Ignition, options)[0];
        // The recorded guest is up for 41 seconds.
        Assert.Null(Wait(20).Error);
        Assert.Equal("WaitTimeout", Wait(50).Error?.ErrorId);
        Assert.Contains("did not fetch its config", Wait(50).Error!.Message, StringComparison.Ordinal);
        Assert.NotNull(new IgnitionFetches(directory, _ => [Fetch(DateTimeOffset.UtcNow.AddSeconds(-20))], xl.Driver).Wait(node, TimeSpan.Zero));
        Assert.Null(new IgnitionFetches(directory, _ => [Fetch(DateTimeOffset.UtcNow.AddSeconds(-50))], xl.Driver).Wait(node, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(0, 500)]
    [InlineData(30, 500)]
    [InlineData(1600, 1600)]
    [InlineData(60000, 5000)]
    public void Wait_leaves_a_slow_host_time_between_its_questions(int question, int pause) =>
        Assert.Equal(TimeSpan.FromMilliseconds(pause), GuestBatch.PauseAfter(TimeSpan.FromMilliseconds(question)));
}
