using XenKube.Firewall;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>The rules that open a port.</summary>
public abstract partial class FirewallRules
{
    // One for each base chain that a packet and its answer pass.
    private const int MaxRules = 6;

    /// <summary>Opens a port by one rule for each chain that decides against it, until more packets arrive than before.</summary>
    private protected virtual FirewallRules Open(FirewallPort port, GuestSubnet network) => OpenByRules(port, network).Rules;

    /// <summary>The same, and how many rules it took, and the chain of the last one.</summary>
    private protected (FirewallRules Rules, int Count, string Chain) OpenByRules(FirewallPort port, GuestSubnet network)
    {
        var verdict = Judge(port, network);
        if (verdict.IsOpen)
        {
            return (this, 0, port.Chain);
        }
        var before = OpenedBy(this, port, network).Count;
        var rules = this;
        for (var count = 1; count <= MaxRules; count++)
        {
            var last = rules;
            var blocker = FirewallEdit.Blocker(last.Fates(port, network, Answer.No), new NeighbourDiscovery(network));
            rules = last.WithRuleAgainst(blocker, port)
                ?? throw FirewallEdit.NotOpened(Path, count == 1 ? verdict : last.Judge(port, network),
                    ByHand(port, last.Fates(port, network, Answer.Unknown)));
            if (OpenedBy(rules, port, network).Count > before)
            {
                return (rules, count, PlaceAgainst(blocker, port)!.Value.Chain.Name);
            }
        }
        throw FirewallEdit.NotOpened(Path, rules.Judge(port, network), ByHand(port, rules.Fates(port, network, Answer.Unknown)));
    }

    /// <summary>The packets that arrive for sure.</summary>
    private protected static HashSet<Packet> OpenedBy(FirewallRules rules, FirewallPort port, GuestSubnet network) =>
        [.. rules.Fates(port, network, Answer.Unknown).Where(one => one.Fate.Kind == FateKind.Open).SelectMany(one => Single(one.Packet))];

    // Rules split a range of ports in different places before and after an edit: the ends stand for all.
    private protected static IEnumerable<Packet> Single(Packet packet) =>
        [packet with { DestinationPort = packet.DestinationPort.First }, packet with { DestinationPort = packet.DestinationPort.Last }];

    /// <summary>A rule before the one that keeps packets out; null where there is no place for one.</summary>
    private protected FirewallRules? WithRuleAgainst(PacketFate? blocker, FirewallPort port) =>
        PlaceAgainst(blocker, port) is { } place && IsFilter(place.Chain)
            ? WithRule(place.Chain, place.Index, OpeningAgainst(blocker!, port)) : null;

    private static FirewallRuleText OpeningAgainst(PacketFate blocker, FirewallPort port) => blocker.IsOfDiscovery
        ? FirewallRuleText.Discovering(blocker.Packet!) : FirewallRuleText.Opening(port, blocker.IsOfAnswer);

    private static (Chain Chain, int Index)? PlaceAgainst(PacketFate? blocker, FirewallPort port) =>
        blocker is null ? null
            : FirewallEdit.PlaceOf(blocker, blocker.IsOfAnswer || blocker.IsOfDiscovery ? FirewallPort.Input : port.Chain);

    /// <summary>The rule that a person may write, where none is written here.</summary>
    private string ByHand(FirewallPort port, List<(Packet Packet, PacketFate Fate)> fates) =>
        (fates.Find(one => one.Fate.Kind == FateKind.Closed).Fate ?? fates.Find(one => one.Fate.Kind == FateKind.CannotTell).Fate)
            is { IsOfDiscovery: true, Packet: { } message }
            ? Word(FirewallRuleText.Discovering(message), UsualTable, message.InInterface.Length > 0 ? FirewallPort.Input : "OUTPUT")
            : Word(FirewallRuleText.Opening(port, isAnswer: false), UsualTable, port.Chain);
}
