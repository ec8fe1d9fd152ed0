namespace XenKube.Hosting;

/// <summary>A port that is to be open, and the rule that opens it.</summary>
/// <param name="Port">The port.</param>
/// <param name="Chain">The chain: INPUT for dom0's own services, FORWARD for the guests'.</param>
/// <param name="Protocol">tcp or udp.</param>
public sealed record FirewallPort(int Port, string Chain = "INPUT", string Protocol = "tcp")
{
    /// <summary>The interface the rule names for what comes in; null for a rule that names none.</summary>
    public string? InInterface { get; init; }

    /// <summary>The interface the rule names for what leaves; null for a rule that names none.</summary>
    public string? OutInterface { get; init; }

    /// <summary>A port the rule has already, to choose among several rules; null where there is but one.</summary>
    public int? Beside { get; init; }

    /// <summary>The guide's edits for a bridge: HTTP to dom0, HTTP to the guests, time to dom0.</summary>
    /// <param name="bridge">The bridge.</param>
    /// <param name="port">The port the configs are served on.</param>
    public static IReadOnlyList<FirewallPort> Guide(string bridge = GuideDefaults.Bridge, int port = GuideDefaults.Port) =>
    [
        new(port) { Beside = 22 },
        new(port, "FORWARD") { OutInterface = bridge, Beside = 22 },
        new(123, "INPUT", "udp") { InInterface = bridge, Beside = 53 },
        new(123, "INPUT", "tcp") { InInterface = bridge, Beside = 53 },
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{Chain} {Protocol} {Port}{(InInterface is null ? "" : $" from {InInterface}")}{(OutInterface is null ? "" : $" to {OutInterface}")}";
}
