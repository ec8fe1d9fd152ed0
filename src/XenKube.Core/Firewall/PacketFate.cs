namespace XenKube.Firewall;

/// <summary>What becomes of a packet.</summary>
/// <param name="Kind">Whether it arrives.</param>
/// <param name="Reason">The rule or policy that decided, in words; empty for a packet that no rule looked at.</param>
internal sealed record PacketFate(FateKind Kind, string Reason)
{
    /// <summary>The rule that decided; null for a policy.</summary>
    public Rule? Rule { get; init; }

    /// <summary>The packet at the end of its way, with another destination where a rule gave it one.</summary>
    public Packet? Packet { get; init; }

    /// <summary>True for a packet that a rule has sent to another destination than the one that is meant.</summary>
    public bool IsLedAstray { get; init; }

    /// <summary>True when the packet arrives, and this is what becomes of the answer.</summary>
    public bool IsOfAnswer { get; init; }

    /// <summary>True when the packet would arrive, and this is what becomes of a message without which nobody can send it.</summary>
    public bool IsOfDiscovery { get; init; }

    /// <summary>The chains it was in at the end, the base chain first, each with the index of the rule that decided or jumped on.</summary>
    public IReadOnlyList<(Chain Chain, int Index)> Path { get; init; } = [];
}
