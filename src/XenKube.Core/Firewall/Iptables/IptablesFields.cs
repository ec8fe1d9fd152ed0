namespace XenKube.Firewall.Iptables;

/// <summary>The parts of a rule in a line of iptables.</summary>
internal sealed record IptablesFields : RuleFields
{
    public string Comment { get; init; } = "";

    /// <summary>
    /// Where the option that names the ports begins in the line, and where its value begins and ends; null for none, or several.
    /// </summary>
    public (int Start, int ValueStart, int End)? PortsAt { get; init; }

    /// <summary>True when the option takes several ports.</summary>
    public bool IsMultiport { get; init; }
}
