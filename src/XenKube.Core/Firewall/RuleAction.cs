using System.Net;
using XenKube.Networks;

namespace XenKube.Firewall;

/// <summary>What a rule does with a packet that fulfils its conditions.</summary>
internal abstract record RuleAction
{
    /// <summary>The next rule is asked, as after a log entry.</summary>
    internal sealed record Continue : RuleAction;

    /// <summary>The base chain is done with the packet; other base chains see it still.</summary>
    internal sealed record Accept : RuleAction;

    /// <summary>The packet ends here, with an answer to the sender or without.</summary>
    internal sealed record Drop : RuleAction;

    /// <summary>Back to the rule after the jump, or to the policy.</summary>
    internal sealed record Return : RuleAction;

    /// <summary>Another chain of the table; at its end the next rule is asked, or after a goto the rule after the jump before.</summary>
    internal sealed record Jump(string Chain, bool IsGoto) : RuleAction;

    /// <summary>Another destination; what is null stays. The base chain is done with the packet.</summary>
    internal sealed record Translate(IPAddress? Address, PortRange? Port, bool ToDom0) : RuleAction;

    /// <summary>Another mark; null for one that is not known.</summary>
    internal sealed record SetMark(Func<uint, uint?> Change) : RuleAction;

    /// <summary>Something that later rules look at, such as the mark.</summary>
    internal sealed record Alter(Func<Packet, Packet> Apply) : RuleAction;

    /// <summary>The connection is not tracked.</summary>
    internal sealed record Untrack : RuleAction;

    /// <summary>Something that nobody can judge from the rules alone.</summary>
    internal sealed record NotUnderstood(string Text) : RuleAction;
}
