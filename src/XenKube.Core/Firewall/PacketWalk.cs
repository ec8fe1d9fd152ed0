using System.Globalization;
using System.Net;
using System.Net.Sockets;
using XenKube.Networks;

namespace XenKube.Firewall;

/// <summary>
/// Walks a packet through the rules as the kernel does: base chains by place and priority, rules in order, jumps and returns, policies.
/// Where a condition is not understood, both ways are walked; only if they end alike is the end known.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="route">The interface by which an address is reached; empty for dom0's own addresses.</param>
internal sealed class PacketWalk(Ruleset rules, Func<IPAddress, string> route)
{
    // Rules that are looked at for one packet. Two ways after each condition that is not understood multiply.
    private const int MaxSteps = 200_000;
    private const int MaxForks = 200;
    private const int MaxDepth = 64;

    private int _steps;
    private Answer _unknownIs = Answer.Unknown;

    /// <summary>What becomes of a packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="address">Where it should arrive.</param>
    /// <param name="port">The port at which it should arrive.</param>
    /// <param name="unknownIs">How conditions that are not understood are taken; Unknown to walk both ways.</param>
    public PacketFate Run(Packet packet, IPAddress address, PortRange port, Answer unknownIs = Answer.Unknown)
    {
        _steps = 0;
        _unknownIs = unknownIs;
        var first = packet.InInterface.Length == 0 ? Hook.Output : Hook.Ingress;
        return Go(new Step(packet, first, BaseChains(packet, first), -1, null, 0) { Address = address, Port = port });
    }

    /// <summary>What becomes of a packet and of the answer to it: who asks needs both.</summary>
    public PacketFate RunBothWays(Packet packet, IPAddress address, PortRange port, Answer unknownIs = Answer.Unknown)
    {
        var there = Run(packet, address, port, unknownIs);
        if (there is not { Kind: FateKind.Open, Packet: { } arrived })
        {
            return there;
        }
        var answer = arrived with
        {
            Source = arrived.Destination,
            Destination = arrived.Source,
            SourcePort = arrived.DestinationPort,
            DestinationPort = arrived.SourcePort,
            InInterface = arrived.OutInterface,
            OutInterface = arrived.InInterface,
            SourceMac = null,
            IsFromBridge = false,
            IsReply = true,
            Mark = 0,
        };
        var back = Run(answer, answer.Destination, answer.DestinationPort, unknownIs);
        return back.Kind == FateKind.Open ? there : back with { IsOfAnswer = true, Reason = $"{back.Reason}, for the answer" };
    }

    private List<Chain> BaseChains(Packet packet, Hook hook) =>
        [.. rules.BaseChains(hook, packet.Source.AddressFamily == AddressFamily.InterNetworkV6)
            .Where(chain => chain.Sees?.Invoke(packet) ?? true)];

    private PacketFate Go(Step step)
    {
        while (true)
        {
            if (step.Frame is null)
            {
                if (NextBaseChain(step) is not { } entered)
                {
                    return Arrive(step);
                }
                step = entered;
                continue;
            }
            if (step.Index >= step.Frame.Chain.Rules.Count)
            {
                if (step.Frame.Caller is null && !step.Base.Accepts)
                {
                    return Dropped(step, step.Frame.Chain.Rules.Count);
                }
                step = step.Leave();
                continue;
            }
            if (++_steps > MaxSteps || step.Forks > MaxForks)
            {
                return new PacketFate(FateKind.CannotTell, "the rules branch too often") { Packet = step.Packet };
            }
            var rule = step.Rest ?? step.Frame.Chain.Rules[step.Index];
            var (answer, text) = rule.Test(step.Packet);
            if (answer == Answer.Unknown && _unknownIs != Answer.Unknown)
            {
                answer = _unknownIs;
            }
            if (answer == Answer.No || (rule.Action is RuleAction.Continue && rule.Rest is null))
            {
                step = step.Skip();
            }
            else if (answer == Answer.Unknown)
            {
                return Fork(step, rule, text);
            }
            else if (Act(step, rule, out var next) is { } fate)
            {
                return fate;
            }
            else
            {
                step = next!;
            }
        }
    }

    /// <summary>Walks both ways.</summary>
    private PacketFate Fork(Step step, Rule rule, string text)
    {
        var without = Go(step.Skip() with { Forks = step.Forks + 1 });
        var with = Act(step with { Forks = step.Forks + 1 }, rule, out var next) ?? Go(next!);
        return with.Kind == without.Kind ? without
            : new PacketFate(FateKind.CannotTell, $"{LineOf(rule)}: '{Printable.Of(text)}' decides")
                { Rule = rule, Path = step.Frame!.At(step.Index), Packet = step.Packet };
    }

    /// <summary>Does what a rule says: an end, or the next step.</summary>
    private PacketFate? Act(Step step, Rule rule, out Step? next)
    {
        next = null;
        var (packet, frame) = (step.Packet, step.Frame!);
        switch (rule.Action)
        {
            case RuleAction.Accept:
                next = step.Accept(rule);
                return null;
            case RuleAction.Drop:
                return new PacketFate(FateKind.Closed, Said(rule)) { Rule = rule, Path = frame.At(step.Index), Packet = packet };
            case RuleAction.Return when frame.Caller is null && !step.Base.Accepts:
                return Dropped(step, step.Index);
            case RuleAction.Return:
                next = step.Leave();
                return null;
            case RuleAction.Jump jump when rules.Find(frame.Chain.Table, jump.Chain) is { } chain && frame.Depth < MaxDepth:
                next = step with { Frame = new Frame(chain, jump.IsGoto
                    ? frame.Caller : new Caller(frame, step.Index)) { GoneFrom = jump.IsGoto ? new Caller(frame, step.Index) : null },
                        Index = 0, Rest = null };
                return null;
            case RuleAction.Jump jump:
                return NotUnderstood(step, rule, frame.Depth < MaxDepth ? $"the target '{jump.Chain}'" : "a chain that calls itself");
            case RuleAction.Translate translate:
                next = step.Accept(rule) with { Packet = Translated(packet, translate),
                    Translation = new PacketFate(FateKind.Closed, Said(rule))
                        { Rule = rule, Path = frame.At(step.Index), IsLedAstray = true } };
                return null;
            case RuleAction.SetMark mark:
                next = step.After(rule) with { Packet = packet with { Mark = packet.Mark is { } old ? mark.Change(old) : null } };
                return null;
            case RuleAction.Alter change:
                next = step.After(rule) with { Packet = change.Apply(packet) };
                return null;
            case RuleAction.Untrack:
                next = step.After(rule) with { Packet = packet with { IsTracked = false } };
                return null;
            case RuleAction.NotUnderstood action:
                return NotUnderstood(step, rule, action.Text);
            default:
                next = step.After(rule);
                return null;
        }
    }

    private Packet Translated(Packet packet, RuleAction.Translate to)
    {
        var address = to.ToDom0 ? packet.Destination : to.Address ?? packet.Destination;
        return packet with
        {
            Destination = address,
            DestinationPort = to.Port ?? packet.DestinationPort,
            IsTranslated = true,
            OutInterface = to.ToDom0 ? "" : to.Address is null ? packet.OutInterface : route(address),
        };
    }

    private Step? NextBaseChain(Step step)
    {
        var number = step.Number + 1;
        // A connection is given its destination once, with its first packet, and not at all where it is not tracked.
        while (number < step.Chains.Count && step.Chains[number].IsNat
            && (!step.Packet.IsTracked || step.Packet.IsReply || (step.Packet.IsTranslated && step.Hook == Hook.Prerouting)))
        {
            number++;
        }
        if (number < step.Chains.Count)
        {
            return step with { Number = number, Frame = new Frame(step.Chains[number], null), Index = 0 };
        }
        Hook? next = step.Hook switch
        {
            Hook.Ingress => Hook.Prerouting,
            Hook.Output => Hook.Postrouting,
            Hook.Prerouting => step.Packet.IsLocal ? Hook.Input : Hook.Forward,
            Hook.Forward => Hook.Postrouting,
            _ => null,
        };
        return next is { } hook ? step with { Hook = hook, Chains = BaseChains(step.Packet, hook), Number = -1 } : null;
    }

    private static PacketFate Arrive(Step step) =>
        step.Packet.Destination.Equals(step.Address) && step.Packet.DestinationPort == step.Port
            ? new PacketFate(FateKind.Open, step.AcceptedBy is null ? "" : Said(step.AcceptedBy))
                { Rule = step.AcceptedBy, Packet = step.Packet }
            : (step.Translation ?? new PacketFate(FateKind.Closed, "nothing sends it there")) with { Packet = step.Packet };

    /// <summary>The policy drops it, at the end of the base chain or where a rule has sent it there.</summary>
    private static PacketFate Dropped(Step step, int index)
    {
        var chain = step.Base;
        var place = chain.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {chain.Line}: ") : "";
        return new PacketFate(FateKind.Closed, $"{place}the policy of {chain.Name}") { Path = step.Frame!.At(index), Packet = step.Packet };
    }

    private static PacketFate NotUnderstood(Step step, Rule rule, string text) =>
        new(FateKind.CannotTell, $"{LineOf(rule)}: '{Printable.Of(text)}' decides")
            { Rule = rule, Path = step.Frame!.At(step.Index), Packet = step.Packet };

    private static string LineOf(Rule rule) =>
        string.Create(CultureInfo.InvariantCulture, $"{(rule.File is null ? "" : $"{Printable.Of(rule.File)} ")}line {rule.Line}");

    private static string Said(Rule rule) => $"{LineOf(rule)}: {Printable.Of(rule.Text.Trim())}";

    /// <summary>The rule that a chain was called from.</summary>
    private sealed record Caller(Frame Frame, int Index);

    /// <summary>A chain that is being asked, and where the packet returns to from it.</summary>
    private sealed record Frame(Chain Chain, Caller? Caller)
    {
        /// <summary>The rule whose goto led here.</summary>
        public Caller? GoneFrom { get; init; }

        public int Depth { get; } = (Caller?.Frame.Depth ?? 0) + 1;

        public List<(Chain Chain, int Index)> At(int index)
        {
            var path = new List<(Chain, int)> { (Chain, index) };
            for (var up = GoneFrom ?? Caller; up is not null; up = up.Frame.GoneFrom ?? up.Frame.Caller)
            {
                path.Insert(0, (up.Frame.Chain, up.Index));
            }
            return path;
        }
    }

    /// <summary>Where the packet is: the rule of a chain, or between two base chains where there is no frame.</summary>
    private sealed record Step(Packet Packet, Hook Hook, List<Chain> Chains, int Number, Frame? Frame, int Index)
    {
        public required IPAddress Address { get; init; }

        public required PortRange Port { get; init; }

        /// <summary>The part of the rule that is asked next, after a part that was done.</summary>
        public Rule? Rest { get; init; }

        public int Forks { get; init; }

        /// <summary>The last rule that accepted it.</summary>
        public Rule? AcceptedBy { get; init; }

        /// <summary>What is said if another destination leads it astray.</summary>
        public PacketFate? Translation { get; init; }

        public Chain Base => Chains[Number];

        public Step Accept(Rule? rule) => this with { Frame = null, AcceptedBy = rule ?? AcceptedBy, Rest = null };

        /// <summary>The next rule.</summary>
        public Step Skip() => this with { Index = Index + 1, Rest = null };

        /// <summary>What comes after an action: the rest of the rule, else the next rule.</summary>
        public Step After(Rule rule) => rule.Rest is { } rest ? this with { Rest = rest } : Skip();

        /// <summary>The end of a chain whose caller goes on, or whose policy accepts.</summary>
        public Step Leave() => Frame!.Caller is { } caller ? this with { Frame = caller.Frame, Index = caller.Index + 1, Rest = null }
            : Accept(null);
    }
}
