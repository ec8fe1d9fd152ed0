using System.Net;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Firewall;

/// <summary>Rules by chance, and what happens to real packets: what is said of each port is what a guest finds.</summary>
[Trait("Kind", "Process")]
public sealed class RandomRulesTests(FirewallLab lab) : IClassFixture<FirewallLab>
{
    private static readonly string[] Asked = [.. FirewallLab.Ports.SelectMany(port => new[] { $"tcp/{port}", $"udp/{port}" })];

    [Theory]
    [InlineData("iptables", "192.168.100.1")]
    [InlineData("nft", "192.168.100.1")]
    [InlineData("iptables", "fd00:64::1")]
    [InlineData("nft", "fd00:64::1")]
    public void What_is_said_of_rules_by_chance_is_what_happens(string language, string dom0)
    {
        var network = GuestSubnet.Of(IPAddress.Parse(dom0));
        var path = language == "nft" ? "nftables.conf" : network.IsIPv6 ? "rules.v6" : "rules.v4";
        var (open, closed) = (0, 0);
        var unclear = new List<string>();
        for (var seed = 1; seed <= LongRun.Count(15, 600); seed++)
        {
            var rules = new RandomRules(seed, network.IsIPv6);
            var text = language == "nft" ? rules.Nft : rules.Iptables;
            var loaded = network.IsIPv6 ? lab.LoadIPv6(text, language == "nft") : language == "nft" ? lab.LoadNft(text) : lab.Load(text);
            Assert.True(loaded.ExitCode == 0, $"seed {seed}: {loaded.Error}\n{text}");
            var parsed = FirewallRules.Parse(text, path);
            var said = Asked.ToDictionary(one => one, one => parsed.Judge(PortOf(one), network));
            var answering = lab.Answering("guest", dom0, Asked, 0.2);
            var silent = Asked.Where(one => said[one].IsOpen && !answering.Contains(one)).ToList();
            if (silent.Count > 0)
            {
                // On a busy machine an answer takes its time.
                answering = [.. answering, .. lab.Answering("guest", dom0, silent, 5)];
            }
            Assert.All(Asked, one => Assert.True(said[one].Status == FirewallStatus.CannotTell || said[one].IsOpen == answering.Contains(one),
                $"seed {seed}: {one} is said to be {said[one]}, and a guest {(answering.Contains(one) ? "gets an answer" : "gets none")} with:\n{text}"));
            open += said.Values.Count(verdict => verdict.IsOpen);
            closed += said.Values.Count(verdict => verdict.Status == FirewallStatus.Closed);
            unclear.AddRange(said.Values.Where(verdict => verdict.Status == FirewallStatus.CannotTell).Select(verdict => $"seed {seed}: {verdict}"));
        }
        // Cases of both kinds were met, and all that is in them is understood.
        Assert.True(open > 40 && closed > 40 && unclear.Count == 0, $"{open} open, {closed} closed, not told: {string.Join("; ", unclear.Distinct())}");
    }

    private static FirewallPort PortOf(string one) =>
        new(int.Parse(one[4..], System.Globalization.CultureInfo.InvariantCulture), FirewallPort.Input, one[..3]) { InInterface = "virbr1" };
}
