namespace XenKube.Firewall;

/// <summary>
/// The parts of a rule, for people and for edits. A part that the rule does not have is empty; a negated one begins with <c>!</c>.
/// </summary>
internal record RuleFields
{
    public string Table { get; init; } = "";

    public string Chain { get; init; } = "";

    public string Protocol { get; init; } = "";

    public string InInterface { get; init; } = "";

    public string OutInterface { get; init; } = "";

    public string Source { get; init; } = "";

    public string Destination { get; init; } = "";

    /// <summary>The destination ports in the rule's own order and spelling.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>True when the ports are negated together, by a sign that is not in <see cref="Ports"/>.</summary>
    public bool ArePortsNegated { get; init; }

    public string Target { get; init; } = "";
}
