namespace XenKube.Firewall.Iptables;

/// <summary>The parts of a rule, for people and for edits. A part that the rule does not have is empty.</summary>
internal sealed record IptablesFields
{
    public required string Table { get; init; }

    public required string Chain { get; init; }

    public string Protocol { get; init; } = "";

    public string InInterface { get; init; } = "";

    public string OutInterface { get; init; } = "";

    public string Source { get; init; } = "";

    public string Destination { get; init; } = "";

    /// <summary>The destination ports in the rule's own order and spelling.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    public string Target { get; init; } = "";

    public string Comment { get; init; } = "";

    /// <summary>
    /// Where the option that names the ports begins in the line, and where its value begins and ends; null for none, or several.
    /// </summary>
    public (int Start, int ValueStart, int End)? PortsAt { get; init; }

    /// <summary>True when the option takes several ports.</summary>
    public bool IsMultiport { get; init; }

    /// <summary>True when the ports are negated.</summary>
    public bool ArePortsNegated { get; init; }
}
