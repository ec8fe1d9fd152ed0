using System.Net;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>An address that dnsmasq keeps for a MAC address.</summary>
/// <param name="MacAddress">The card's address.</param>
/// <param name="IPAddress">The address it is leased.</param>
/// <param name="HostName">The name given with it; empty where there is none.</param>
public sealed record DhcpReservation(MacAddress MacAddress, IPAddress IPAddress, string HostName = "")
{
    /// <summary>Line in the hosts file, from 1; 0 for one that is not in it.</summary>
    public int Line { get; init; }

    /// <summary>The pair without the rest, as the plan for new guests takes it.</summary>
    public GuestAddress Address => new(MacAddress, IPAddress);

    /// <summary>The line in the hosts file.</summary>
    public override string ToString() => HostName.Length == 0 ? $"{MacAddress},{IPAddress}" : $"{MacAddress},{IPAddress},{HostName}";
}
