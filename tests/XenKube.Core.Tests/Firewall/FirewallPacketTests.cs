using System.Net;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Firewall;

/// <summary>What the rules say, beside what happens to a real packet.</summary>
[Trait("Kind", "Process")]
public sealed class FirewallPacketTests(FirewallLab lab) : IClassFixture<FirewallLab>
{
    private const string Dom0 = "192.168.100.1";
    private static readonly GuestSubnet Network = GuestSubnet.Of(IPAddress.Parse(Dom0));

    public static TheoryData<PacketCase> Cases => [.. PacketCase.All];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rules_say_what_happens_to_a_packet(PacketCase one)
    {
        lab.Load(one.Text).ShouldSucceed();
        var verdict = FirewallRules.Parse(one.Text).Judge(PortOf(one), Network);
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
    public void Port_that_is_opened_is_open_for_guests_and_as_closed_as_before_for_others(PacketCase one)
    {
        var before = FirewallRules.Parse(one.Text);
        FirewallRules after;
        try
        {
            after = before.WithPort(PortOf(one), Network);
        }
        catch (OperationFailedException e)
        {
            // Where no rule of the table can open the port, the error names the line.
            Assert.True(one.IsUnclear || one.Before.Length > 0, e.ToString());
            Assert.Contains("line ", e.Message, StringComparison.Ordinal);
            Assert.Contains("-A INPUT -i virbr1 -p", e.Remedy, StringComparison.Ordinal);
            return;
        }
        Assert.Same(after, after.WithPort(PortOf(one), Network));
        lab.Load(one.Text).ShouldSucceed();
        var outside = lab.Reaches("outside", "10.9.0.1", one.Port, one.Protocol);
        lab.Load(after.ToString()).ShouldSucceed();
        Assert.True(Arrives(one, isExpected: true), $"closed for a guest:\n{TextDiff.Hunks(one.Text, after.ToString())}");
        Assert.True(outside == lab.Reaches("outside", "10.9.0.1", one.Port, one.Protocol, outside ? 5 : 0.5), $"opened for others:\n{TextDiff.Hunks(one.Text, after.ToString())}");
        // One line more or one line longer, and nothing else.
        Assert.InRange(TextDiff.Hunks(one.Text, after.ToString()).Split('\n').Count(line => line.StartsWith('+') || line.StartsWith('-')), 0, 2);
    }

    private bool Arrives(PacketCase one, bool isExpected) =>
        // A packet that is expected is given time, on a busy machine too.
        lab.Reaches("guest", Dom0, one.Port, one.Protocol, isExpected ? 5 : 0.5);

    private static FirewallPort PortOf(PacketCase one) => new(one.Port, FirewallPort.Input, one.Protocol) { InInterface = "virbr1" };
}
