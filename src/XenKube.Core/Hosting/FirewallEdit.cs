using System.Globalization;
using XenKube.Firewall;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>Where a new rule belongs, and what keeps one from being written.</summary>
internal static class FirewallEdit
{
    /// <summary>Refuses what cannot be a port, a chain or an interface.</summary>
    public static void Check(FirewallPort port)
    {
        if (!port.Ports.IsValid || port.Protocol is not ("tcp" or "udp"))
        {
            throw new InvalidInputException(ErrorIds.PortInvalid, null, null, $"{Printable.Of(port.Protocol)} {port.Ports} is not a port",
                "Give tcp or udp and 1 to 65535");
        }
        foreach (var name in new[] { port.InInterface, port.OutInterface })
        {
            // iptables takes a final '+' for all names that begin so, and '+' alone for any.
            InterfaceName.Check(name is null or FirewallPort.AnyInterface ? "any" : name.EndsWith('+') ? name[..^1] : name);
        }
        if (port.Chain.Length is 0 or > 28 || !char.IsAsciiLetterOrDigit(port.Chain[0])
            || port.Chain.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw new InvalidInputException(ErrorIds.ChainInvalid, null, null, $"'{Printable.Of(port.Chain)}' is not the name of a chain",
                "Give INPUT or FORWARD, or another chain of the file");
        }
    }

    /// <summary>
    /// The place of a new rule: before the rule that decides, as late as can be, so that everything that comes before still counts. A
    /// chain in which nothing is accepted, such as one that logs and drops, is not the place, but the rule that jumps to it.
    /// </summary>
    /// <param name="fate">What becomes of a packet.</param>
    /// <param name="wanted">The chain that was asked for; a base chain for whichever decides.</param>
    /// <returns>The chain, and the index of the rule to write before; null where the packets do not come to the chain that was asked
    /// for.</returns>
    public static (Chain Chain, int Index)? PlaceOf(PacketFate fate, string wanted)
    {
        if (fate.Path.FirstOrDefault(step => step.Chain.Name == wanted) is { Chain: { Hook: null } } own)
        {
            return own;
        }
        if (wanted is not (FirewallPort.Input or FirewallPort.Forward)
            && !wanted.Equals(fate.Path[0].Chain.Name, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        for (var i = fate.Path.Count - 1; i > 0; i--)
        {
            if (fate.Path[i].Chain.Rules.Exists(rule => rule.Action is RuleAction.Accept or RuleAction.Return or RuleAction.Jump))
            {
                return fate.Path[i];
            }
        }
        return fate.Path[0];
    }

    /// <summary>
    /// The fate to write the rule against: that of most packets which no rule for a part of them decides. A rule for some guests, as one
    /// that bans one of them, is somebody's decision and stays.
    /// </summary>
    /// <param name="fates">What becomes of each packet.</param>
    /// <param name="discovery">What comes before each packet.</param>
    public static PacketFate? Blocker(IReadOnlyList<(Packet Packet, PacketFate Fate)> fates, NeighbourDiscovery discovery) =>
        fates.Where(one => one.Fate.Kind == FateKind.Closed && one.Fate.Path.Count > 0 && !IsForSome(one.Fate, fates, discovery))
            .GroupBy(one => (one.Fate.Path[^1].Chain, one.Fate.Path[^1].Index)).OrderByDescending(group => group.Count())
            .FirstOrDefault()?.First().Fate;

    /// <summary>The error for a port that stays closed.</summary>
    public static OperationFailedException NotOpened(string path, FirewallVerdict verdict, string rule) =>
        verdict.Status == FirewallStatus.CannotTell
            ? new OperationFailedException(ErrorIds.FirewallRulesUnclear, path, PlaceText(verdict), $"{verdict.Port}: {verdict}",
                $"If that rule keeps the packets out, add one before it by hand: {rule}")
            : new OperationFailedException(ErrorIds.FirewallPortBlocked, path, PlaceText(verdict), $"{verdict.Port} is {verdict}",
                $"Change that rule, or add one before it by hand: {rule}");

    /// <summary>Refuses what cannot be a port, or is not a guest's address.</summary>
    public static void Check(FirewallForward forward, GuestSubnet network)
    {
        Check(new FirewallPort(forward.Ports, FirewallPort.Forward, forward.Protocol) { InInterface = forward.InInterface });
        Check(new FirewallPort(forward.TargetPorts, FirewallPort.Forward, forward.Protocol));
        if (!network.Contains(forward.To) || forward.To.Equals(network.Address))
        {
            throw new InvalidInputException(ErrorIds.AddressInvalid, null, null, $"{forward.To} is not a guest's address",
                $"Give an address of {network}, other than {network.Address}");
        }
    }

    /// <summary>The error for a port that leads somewhere else.</summary>
    public static ItemExistsException Taken(string path, FirewallForward forward, PacketFate fate) =>
        new(ErrorIds.FirewallPortTaken, path, fate.Rule is { } rule ? LineText(rule.Line) : null,
            $"{forward.Ports} leads elsewhere: {fate.Reason}", "Take another port, or remove that rule");

    /// <summary>The error for a rule that does more than what should be removed.</summary>
    public static OperationFailedException Several(string path, FirewallForward forward, int line, string text) =>
        new(ErrorIds.FirewallRuleShared, path, LineText(line),
            $"the rule for {forward.Ports} is for other ports too: {Printable.Of(text.Trim())}", "Edit that rule by hand");

    private static string LineText(int line) => string.Create(CultureInfo.InvariantCulture, $"line {line}");

    private static string? PlaceText(FirewallVerdict verdict) => verdict.Line > 0 ? LineText(verdict.Line) : null;

    private static bool IsForSome(PacketFate fate, IReadOnlyList<(Packet Packet, PacketFate Fate)> fates, NeighbourDiscovery discovery) =>
        fate.Rule is { } rule
            && fates.SelectMany(other => fate.IsOfDiscovery
                ? discovery.For(other.Packet).Where(message => message.IcmpType == fate.Packet!.IcmpType) : [other.Packet])
            .Any(packet => rule.Test(packet).Answer == Answer.No);
}
