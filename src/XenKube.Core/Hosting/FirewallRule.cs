namespace XenKube.Hosting;

/// <summary>A rule in a file of iptables-save. Parts that the rule does not have are empty.</summary>
/// <param name="Table">The table: filter, nat, ….</param>
/// <param name="Chain">The chain: INPUT, FORWARD, ….</param>
/// <param name="Protocol">tcp, udp, ….</param>
/// <param name="InInterface">The interface it comes in by.</param>
/// <param name="OutInterface">The interface it leaves by.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Destination">Where it goes to.</param>
/// <param name="Ports">The destination ports, in the rule's own order; ranges as <c>1024:2048</c>.</param>
/// <param name="Target">What becomes of it: ACCEPT, DROP, a chain.</param>
/// <param name="Line">Line in the file, from 1.</param>
/// <param name="Text">The line.</param>
public sealed record FirewallRule(string Table, string Chain, string Protocol, string InInterface, string OutInterface, string Source, string Destination, IReadOnlyList<string> Ports, string Target, int Line, string Text)
{
    /// <summary>True when something in the rule is negated by <c>!</c>, or it names source ports: such rules are never edited.</summary>
    internal bool IsSpecial { get; init; }

    /// <summary>The place in the line of the option that names the ports, and where its value ends.</summary>
    internal (int Start, int ValueStart, int End) PortsAt { get; init; }

    /// <summary>The line without its ports: rules of the same shape differ in nothing else.</summary>
    internal string Shape => Ports.Count == 0 ? Text : $"{Text[..PortsAt.Start].TrimEnd()} {Text[PortsAt.End..].TrimStart()}".Replace("-m multiport ", "", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
