using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>Ports that are to be open, and for whom.</summary>
/// <param name="Ports">The port, or a range of ports.</param>
/// <param name="Chain">The chain: INPUT for dom0's own services, FORWARD for the guests'.</param>
/// <param name="Protocol">tcp or udp.</param>
public sealed record FirewallPort(PortRange Ports, string Chain = FirewallPort.Input, string Protocol = "tcp")
{
    /// <summary>The chain of packets to dom0.</summary>
    public const string Input = "INPUT";

    /// <summary>The chain of packets through dom0.</summary>
    public const string Forward = "FORWARD";

    /// <summary>What <c>iptables -i</c> calls any interface.</summary>
    public const string AnyInterface = "+";

    /// <summary>The interface by which the packets come in; null for any. A final <c>+</c> is for all that begin so.</summary>
    public string? InInterface { get; init; }

    /// <summary>The interface by which they leave; null for any.</summary>
    public string? OutInterface { get; init; }

    /// <summary>The guest that is meant; null for all.</summary>
    internal System.Net.IPAddress? Destination { get; init; }

    /// <summary>
    /// True for packets through dom0: those of FORWARD, and of a user-defined chain where an interface to leave by is named.
    /// </summary>
    internal bool IsForward => Chain == Forward || (Chain != Input && OutInterface is not null);

    /// <summary>The guide's edits for a bridge: HTTP and time from the guests to dom0, HTTP from everywhere to the guests.</summary>
    /// <param name="bridge">The bridge.</param>
    /// <param name="port">The port the configs are served on.</param>
    public static IReadOnlyList<FirewallPort> Guide(string bridge = GuideDefaults.Bridge, int port = GuideDefaults.Port) =>
    [
        new(port) { InInterface = bridge },
        new(port, Forward) { OutInterface = bridge },
        new(123, Input, "udp") { InInterface = bridge },
        new(123, Input, "tcp") { InInterface = bridge },
    ];

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Chain} {Protocol} {Ports}{(InInterface is null ? "" : $" from {InInterface}")}{(OutInterface is null ? "" : $" to {OutInterface}")}";
}
