namespace XenKube.Firewall;

/// <summary>What becomes of a packet.</summary>
/// <param name="Kind">Whether it arrives.</param>
/// <param name="Reason">The rule or policy that decided, in words; empty for a packet that no rule looked at.</param>
internal sealed record PacketFate(FateKind Kind, string Reason)
{
    /// <summary>The rule that decided; null for a policy.</summary>
    public Rule? Rule { get; init; }

    /// <summary>The chains it was in at the end, the base chain first, each with the index of the rule that decided or jumped on.</summary>
    public IReadOnlyList<(Chain Chain, int Index)> Path { get; init; } = [];
}
