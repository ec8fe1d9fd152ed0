using System.Net;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>Ports of dom0 that lead to a guest: what comes from outside to them is sent on (DNAT).</summary>
/// <param name="Ports">The ports of dom0.</param>
/// <param name="To">The guest's address.</param>
/// <param name="ToPorts">The guest's port; null for the same as dom0's.</param>
/// <param name="Protocol">tcp or udp.</param>
public sealed record FirewallForward(PortRange Ports, IPAddress To, PortRange? ToPorts = null, string Protocol = "tcp")
{
    // Part 2 of the guide: the guest that is there when all else fails, and the API server's port.
    private const int FailsafeNumber = 254;
    private const int SshPort = 22, ApiPort = 8443;
    private const int FirstSsh = 8000, FirstApi = 8100, FirstNodePort = 30000;
    private const int Block = 10, NodePortsOfBlock = 1000;

    /// <summary>The address of dom0 that is meant; null for all that are not the guests' network.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The interface by which the packets come in; null for any.</summary>
    public string? InInterface { get; init; }

    /// <summary>The guest's port; dom0's where no other was given.</summary>
    public PortRange TargetPorts => ToPorts ?? Ports;

    /// <summary>
    /// The guide's forwards: ssh of each guest at 8000 and its number (the failsafe guest's at 8000), and for each block of ten addresses
    /// the API server of its first guest at 8101 to 8109 and its node ports, 31000-31999 to 39000-39999.
    /// </summary>
    /// <param name="network">The guests' network.</param>
    /// <param name="address">The address of dom0 that is meant; null for all.</param>
    public static IReadOnlyList<FirewallForward> Guide(GuestSubnet network, IPAddress? address = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        var numbers = Enumerable.Range(network.First, Math.Max(0, Math.Min(network.Last, 99) - network.First + 1)).ToList();
        var masters = numbers.Where(number => number % Block == 0).ToList();
        return
        [
            .. masters.Select(number => new FirewallForward(NodePortsOf(number / Block), network.Numbered(number)) { Address = address }),
            .. masters.Select(number => new FirewallForward(FirstApi + (number / Block), network.Numbered(number), ApiPort)
                { Address = address }),
            new(FirstSsh, network.Numbered(FailsafeNumber), SshPort) { Address = address },
            .. numbers.Select(number => new FirewallForward(FirstSsh + number, network.Numbered(number), SshPort) { Address = address }),
        ];
    }

    private static PortRange NodePortsOf(int block) =>
        new(FirstNodePort + (block * NodePortsOfBlock), FirstNodePort + (block * NodePortsOfBlock) + NodePortsOfBlock - 1);

    /// <summary>The ports of the guests that the guide's forwards lead to.</summary>
    /// <param name="bridge">The guests' bridge.</param>
    public static IReadOnlyList<FirewallPort> GuidePorts(string bridge) =>
        [.. new PortRange[] { SshPort, ApiPort, new(FirstNodePort + NodePortsOfBlock, FirstNodePort + (Block * NodePortsOfBlock) - 1) }
            .Select(ports => new FirewallPort(ports, FirewallPort.Forward) { OutInterface = bridge })];

    /// <summary>The same as forwards that a single rule can do: a range of ports that leads to other ports is one for each port.</summary>
    internal IEnumerable<FirewallForward> Each()
    {
        if (ToPorts is not { IsSingle: false } to || to == Ports)
        {
            return [this with { ToPorts = ToPorts == Ports ? null : ToPorts }];
        }
        return to.Count == Ports.Count
            ? Enumerable.Range(0, to.Count).Select(i => this with { Ports = Ports.First + i, ToPorts = to.First + i })
            : throw new InvalidInputException(ErrorIds.PortInvalid, null, null, $"{Ports} are not as many ports as {to}",
                "Give ranges of the same size, or a single port to lead to");
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Protocol} {(Address is null ? "" : $"{Address}:")}{Ports}{(InInterface is null ? "" : $" from {InInterface}")} to {To}{(ToPorts is { } to ? $":{to}" : "")}";
}
