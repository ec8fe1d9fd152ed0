namespace XenKube.Hosting;

/// <summary>A rule in a file of firewall rules. A part that the rule does not have is empty; a negated one begins with <c>!</c>.</summary>
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
public sealed record FirewallRule(string Table, string Chain, string Protocol, string InInterface, string OutInterface, string Source,
    string Destination, IReadOnlyList<string> Ports, string Target, int Line, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
