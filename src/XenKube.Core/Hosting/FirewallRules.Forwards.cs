using System.Net;
using XenKube.Firewall;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>Ports of dom0 that lead to guests.</summary>
public abstract partial class FirewallRules
{
    /// <summary>The ports of dom0 that lead to guests, in the order of the file.</summary>
    /// <param name="network">The guests' network.</param>
    public IReadOnlyList<FirewallForwardRule> Forwards(GuestSubnet network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return [.. from rule in RulesInOrder
                   from forward in ForwardsOf(rule)
                   where network.Contains(forward.To)
                   select new FirewallForwardRule(forward, Judge(forward, network), rule.Line, rule.Text.Trim())];
    }

    /// <summary>What becomes of packets from outside to a port that leads to a guest.</summary>
    /// <param name="forward">The port, and where it leads.</param>
    /// <param name="network">The guests' network.</param>
    public FirewallVerdict Judge(FirewallForward forward, GuestSubnet network)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(network);
        var fates = forward.Each().SelectMany(one => Fates(one, network, Answer.Unknown)).ToList();
        var port = PortOf(forward, network);
        return fates.Find(one => one.Fate.Kind == FateKind.Closed) is { Fate: not null } closed
            ? Verdict(port, FirewallStatus.Closed, closed.Fate, [], fates.Count)
            : fates.Find(one => one.Fate.Kind == FateKind.CannotTell) is { Fate: not null } unclear
            ? Verdict(port, FirewallStatus.CannotTell, unclear.Fate, [], fates.Count)
            : new FirewallVerdict(port, FirewallStatus.Open, fates[0].Fate.Reason, fates[0].Fate.Rule?.Line ?? 0);
    }

    /// <summary>Lets a port of dom0 lead to a guest; nothing changes if it does already.</summary>
    /// <param name="forward">The port, and where it leads.</param>
    /// <param name="network">The guests' network.</param>
    /// <exception cref="InvalidInputException">The ports cannot be ports, or the address is not a guest's.</exception>
    /// <exception cref="OperationFailedException">Another rule sends the packets elsewhere, or keeps them out.</exception>
    public FirewallRules WithForward(FirewallForward forward, GuestSubnet network)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(network);
        FirewallEdit.Check(forward, network);
        return forward.Each().Aggregate(this, (rules, one) => rules.Lead(one, network));
    }

    /// <summary>Takes away the rule that lets a port of dom0 lead to a guest, and the rule beside it that lets its packets pass.</summary>
    /// <param name="forward">What <see cref="Forwards"/> gave.</param>
    /// <param name="network">The guests' network.</param>
    public FirewallRules WithoutForward(FirewallForward forward, GuestSubnet network)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(network);
        var rules = this;
        foreach (var one in forward.Each())
        {
            rules = rules.Unlead(one, network);
        }
        return rules;
    }

    /// <summary>The same for all rules that let some ports lead to a guest.</summary>
    /// <param name="ports">The ports of dom0, as the rules have them.</param>
    /// <param name="to">The guest's address; null for any.</param>
    /// <param name="protocol">tcp or udp.</param>
    /// <param name="network">The guests' network.</param>
    /// <exception cref="ItemNotFoundException">There is no such rule.</exception>
    public FirewallRules WithoutForwards(PortRange ports, IPAddress? to, string protocol, GuestSubnet network)
    {
        var all = Forwards(network).Where(rule => rule.Protocol == protocol && (to is null || rule.To.Equals(to))).ToList();
        var forwards = all.Where(rule => rule.Port == ports).ToList();
        if (forwards.Count == 0)
        {
            throw all.Find(rule => rule.Port.Overlaps(ports)) is { } other
                ? FirewallEdit.Several(Path, other.Forward, other.Line, other.Text)
                : new ItemNotFoundException(ErrorIds.FirewallForwardNotFound, Path, null,
                    $"{protocol} {ports} leads to {(to is null ? "no guest" : $"another address than {to}")}");
        }
        return forwards.Aggregate(this, (rules, rule) => rules.WithoutForward(rule.Forward, network));
    }

    /// <summary>All rules in the order of the file.</summary>
    private protected abstract IReadOnlyList<Rule> RulesInOrder { get; }

    private static FirewallPort PortOf(FirewallForward forward, GuestSubnet network) =>
        new(forward.TargetPorts, FirewallPort.Forward, forward.Protocol)
            { OutInterface = network.Bridge, InInterface = forward.InInterface, Destination = forward.To };

    private List<(Packet Packet, PacketFate Fate)> Fates(FirewallForward forward, GuestSubnet network, Answer unknownIs)
    {
        var packets = new FirewallPackets(network);
        var walk = new PacketWalk(Ruleset, packets.RouteTo);
        return [.. packets.For(forward, Ruleset).Select(packet =>
            (packet, AfterDiscovery(walk.RunBothWays(packet, forward.To, forward.ToPorts ?? packet.DestinationPort, unknownIs),
                walk, network, unknownIs)))];
    }

    private FirewallRules Lead(FirewallForward forward, GuestSubnet network)
    {
        var verdict = Judge(forward, network);
        if (verdict.IsOpen)
        {
            return this;
        }
        var rules = WithDestination(forward, network);
        for (var left = MaxRules; left > 0; left--)
        {
            var fates = rules.Fates(forward, network, Answer.No);
            if (fates.TrueForAll(one => one.Fate.Kind == FateKind.Open))
            {
                break;
            }
            var blocker = FirewallEdit.Blocker(fates, new NeighbourDiscovery(network));
            rules = rules.WithRuleAgainst(blocker, PortOf(forward, network)) ?? throw NotOpened(rules);
        }
        return rules.Judge(forward, network).IsOpen ? rules : throw NotOpened(rules);

        OperationFailedException NotOpened(FirewallRules last) => FirewallEdit.NotOpened(Path, last.Judge(forward, network),
            ByHand(PortOf(forward, network), last.Fates(forward, network, Answer.Unknown)));
    }

    /// <summary>The same with a rule that gives the packets their destination, where none does.</summary>
    private FirewallRules WithDestination(FirewallForward forward, GuestSubnet network)
    {
        var fates = Fates(forward, network, Answer.No);
        if (fates.TrueForAll(one => IsLed(one.Packet, one.Fate)))
        {
            return this;
        }
        if (fates.Find(one => one.Fate is { IsLedAstray: true } or { Packet.IsTranslated: true } && !IsLed(one.Packet, one.Fate))
            is { Fate: not null } astray)
        {
            throw FirewallEdit.Taken(Path, forward, astray.Fate);
        }
        var withChain = WithNat(network) ?? this;
        var chain = withChain.NatChain(network)
            ?? throw FirewallEdit.NotOpened(Path, Judge(forward, network), Word(FirewallRuleText.Forwarding(forward), "", "PREROUTING"));
        var rule = FirewallRuleText.Forwarding(forward);
        // At the end, so that everything that comes before still counts; else at the head, where a rule before accepts all.
        var last = withChain.WithRule(chain, chain.Rules.Count, rule);
        return last.Fates(forward, network, Answer.No).TrueForAll(one => IsLed(one.Packet, one.Fate))
            ? last : withChain.WithRule(chain, 0, rule);

        bool IsLed(Packet packet, PacketFate fate) => fate.IsOfAnswer || fate.IsOfDiscovery
            || (fate.Packet is { } led && led.Destination.Equals(forward.To)
                && led.DestinationPort == (forward.ToPorts ?? packet.DestinationPort));
    }

    /// <summary>The chain that gives packets on arrival another destination.</summary>
    private Chain? NatChain(GuestSubnet network) =>
        Ruleset.BaseChains(Hook.Prerouting, network.IsIPv6).FirstOrDefault(chain => chain.IsNat);

    private FirewallRules Unlead(FirewallForward forward, GuestSubnet network)
    {
        var rules = RulesInOrder.Where(rule => ForwardsOf(rule).ToList() is { Count: > 0 } all && all.Contains(forward)).ToList();
        if (rules.Find(rule => ForwardsOf(rule).Count() > 1
            || RulesInOrder.Count(other => IsSameStatement(other, rule)) > 1) is { } several)
        {
            throw FirewallEdit.Several(Path, forward, several.Line, several.Text);
        }
        var without = Without(rules);
        if (rules.Count == 0 || without.Forwards(network).Any(other => other.Forward.To.Equals(forward.To)
            && other.Forward.Protocol == forward.Protocol && other.Forward.TargetPorts.Overlaps(forward.TargetPorts)))
        {
            return without;
        }
        // The rules that were written with it, word for word.
        var port = PortOf(forward, network);
        return without.Without([.. without.RulesInOrder.Where(rule =>
            IsWritten(rule, isAnswer: false) || IsWritten(rule, isAnswer: true))]);

        bool IsWritten(Rule rule, bool isAnswer) => rule.Text.Trim()
            == without.Word(FirewallRuleText.Opening(port, isAnswer), without.FieldsOf(rule).Table, without.FieldsOf(rule).Chain);
    }

    private protected abstract bool IsSameStatement(Rule one, Rule other);
}
