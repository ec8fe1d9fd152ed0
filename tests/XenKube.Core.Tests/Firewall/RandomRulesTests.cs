using System.Net;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Firewall;

/// <summary>Rules by chance, and what happens to real packets: what is said of each port is what a guest finds.</summary>
[Trait("Kind", "Process")]
public sealed class RandomRulesTests(FirewallLab lab) : IClassFixture<FirewallLab>
{
    private const string Dom0 = "192.168.100.1";
    private static readonly GuestSubnet Network = GuestSubnet.Of(IPAddress.Parse(Dom0));
    private static readonly string[] Asked = [.. FirewallLab.Ports.SelectMany(port => new[] { $"tcp/{port}", $"udp/{port}" })];

    [Theory]
    [InlineData("iptables")]
    [InlineData("nft")]
    public void What_is_said_of_rules_by_chance_is_what_happens(string language)
    {
        var (open, closed, unclear) = (0, 0, 0);
        for (var seed = 1; seed <= LongRun.Count(15, 600); seed++)
        {
            var rules = new RandomRules(seed);
            var text = language == "nft" ? rules.Nft : rules.Iptables;
            var loaded = language == "nft" ? lab.LoadNft(text) : lab.Load(text);
            Assert.True(loaded.ExitCode == 0, $"seed {seed}: {loaded.Error}\n{text}");
            var parsed = language == "nft" ? FirewallRules.Parse(text, "nftables.conf") : FirewallRules.Parse(text);
            var said = Asked.ToDictionary(one => one, one => parsed.Judge(PortOf(one), Network));
            var answering = lab.Answering("guest", Dom0, Asked, 0.2);
            var silent = Asked.Where(one => said[one].IsOpen && !answering.Contains(one)).ToList();
            if (silent.Count > 0)
            {
                // On a busy machine an answer takes its time.
                answering = [.. answering, .. lab.Answering("guest", Dom0, silent, 5)];
            }
            Assert.All(Asked, one => Assert.True(said[one].Status == FirewallStatus.CannotTell || said[one].IsOpen == answering.Contains(one),
                $"seed {seed}: {one} is said to be {said[one]}, and a guest {(answering.Contains(one) ? "gets an answer" : "gets none")} with:\n{text}"));
            open += said.Values.Count(verdict => verdict.IsOpen);
            closed += said.Values.Count(verdict => verdict.Status == FirewallStatus.Closed);
            unclear += said.Values.Count(verdict => verdict.Status == FirewallStatus.CannotTell);
        }
        // Cases of both kinds were met, and all that is in them is understood.
        Assert.True(open > 40 && closed > 40 && unclear == 0, $"{open} open, {closed} closed, {unclear} not told");
    }

    private static FirewallPort PortOf(string one) =>
        new(int.Parse(one[4..], System.Globalization.CultureInfo.InvariantCulture), FirewallPort.Input, one[..3]) { InInterface = "virbr1" };
}
