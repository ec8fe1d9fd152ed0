using System.Net;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Firewall;

/// <summary>What a file of nft says, beside what happens to a real packet.</summary>
[Trait("Kind", "Process")]
public sealed class NftPacketTests(FirewallLab lab) : IClassFixture<FirewallLab>
{
    private const string Path = "nftables.conf";
    private const string Dom0 = "192.168.100.1";
    private static readonly GuestSubnet Network = GuestSubnet.Of(IPAddress.Parse(Dom0));

    public static TheoryData<NftPacketCase> Cases => [.. NftPacketCase.All];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rules_of_nft_say_what_happens_to_a_packet(NftPacketCase one)
    {
        lab.LoadNft(one.Text).ShouldSucceed();
        var verdict = FirewallRules.Parse(one.Text, Path).Judge(PortOf(one), Network);
        if (one.IsUnclear)
        {
            Assert.Equal(FirewallStatus.CannotTell, verdict.Status);
            Assert.Matches("^cannot tell: line [0-9]+: '.+' decides$", verdict.ToString());
            return;
        }
        Assert.NotEqual(FirewallStatus.CannotTell, verdict.Status);
        Assert.True(verdict.IsOpen == Arrives(one, verdict.IsOpen), $"{verdict} is not what happens with:\n{one.Text}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Port_that_is_opened_by_nft_is_open_for_guests_and_as_closed_as_before_for_others(NftPacketCase one)
    {
        var before = FirewallRules.Parse(one.Text, Path);
        FirewallRules after;
        try
        {
            after = before.WithPort(PortOf(one), Network);
        }
        catch (OperationFailedException e)
        {
            // Where a rule for a part of the packets, or of a chain that takes none, decides, the error names the line.
            Assert.True(one.IsUnclear || one.Before.Length + one.After.Length > 0, e.ToString());
            Assert.Contains("line ", e.Message, StringComparison.Ordinal);
            Assert.Contains($"iifname \"virbr1\" {one.Protocol} dport {one.Port} accept", e.Remedy, StringComparison.Ordinal);
            return;
        }
        Assert.Same(after, after.WithPort(PortOf(one), Network));
        lab.LoadNft(one.Text).ShouldSucceed();
        var outside = lab.Reaches("outside", "10.9.0.1", one.Port, one.Protocol);
        lab.LoadNft(after.ToString()).ShouldSucceed();
        Assert.True(Arrives(one, isExpected: true), $"closed for a guest:\n{TextDiff.Hunks(one.Text, after.ToString())}");
        Assert.True(outside == lab.Reaches("outside", "10.9.0.1", one.Port, one.Protocol, outside ? 5 : 0.5), $"opened for others:\n{TextDiff.Hunks(one.Text, after.ToString())}");
        // A line more for each chain that decides, or one line longer, and nothing else.
        Assert.InRange(TextDiff.Hunks(one.Text, after.ToString()).Split('\n').Count(line => line.StartsWith('+') || line.StartsWith('-')), 0, 2);
    }

    private bool Arrives(NftPacketCase one, bool isExpected) =>
        // A packet that is expected is given time, on a busy machine too.
        lab.Reaches("guest", Dom0, one.Port, one.Protocol, isExpected ? 5 : 0.5);

    private static FirewallPort PortOf(NftPacketCase one) => new(one.Port, FirewallPort.Input, one.Protocol) { InInterface = "virbr1" };
}
