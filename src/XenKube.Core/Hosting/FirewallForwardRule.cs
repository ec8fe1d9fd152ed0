using System.Net;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>A rule that sends ports of dom0 to a guest, and whether packets from outside arrive there.</summary>
/// <param name="Forward">What it sends where.</param>
/// <param name="Verdict">What becomes of packets from outside.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Text">The rule.</param>
public sealed record FirewallForwardRule(FirewallForward Forward, FirewallVerdict Verdict, int Line, string Text)
{
    /// <summary>dom0's ports.</summary>
    public PortRange Port => Forward.Ports;

    /// <summary>tcp or udp.</summary>
    public string Protocol => Forward.Protocol;

    /// <summary>The address of dom0 that is meant; null for any.</summary>
    public IPAddress? Address => Forward.Address;

    /// <summary>The guest's address.</summary>
    public IPAddress To => Forward.To;

    /// <summary>The guest's ports.</summary>
    public PortRange ToPort => Forward.TargetPorts;

    /// <summary>Whether packets from outside arrive.</summary>
    public FirewallStatus Status => Verdict.Status;

    /// <inheritdoc/>
    public override string ToString() => Forward.ToString();
}
