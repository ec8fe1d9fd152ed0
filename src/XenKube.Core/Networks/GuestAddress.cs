using System.Net;

namespace XenKube.Networks;

/// <summary>A MAC address and the IP address that DHCP gives to it.</summary>
/// <param name="MacAddress">The card's address.</param>
/// <param name="IPAddress">The address it is leased.</param>
public sealed record GuestAddress(MacAddress MacAddress, IPAddress IPAddress)
{
    /// <inheritdoc/>
    public override string ToString() => $"{MacAddress} {IPAddress}";
}
