using System.Net;
using System.Net.Sockets;

namespace XenKube.Networks;

/// <summary>The guests' network: its addresses, dom0's address in it, and the addresses that guests are given.</summary>
/// <param name="Address">dom0's address.</param>
/// <param name="PrefixLength">How many bits of an address name the network: 8 to 30 for IPv4, 8 to 126 for IPv6.</param>
public sealed record GuestSubnet(IPAddress Address, int PrefixLength)
{
    // As many guests are looked at one by one.
    private const int MaxGuests = 256;

    /// <summary>The prefix length where nothing else is said: 24, or 64 for IPv6.</summary>
    /// <param name="address">An address of the network.</param>
    public static int UsualPrefix(IPAddress address) => address is { AddressFamily: AddressFamily.InterNetworkV6 } ? 64 : 24;

    /// <summary>The network of an address with the usual prefix length.</summary>
    /// <param name="address">dom0's address.</param>
    public static GuestSubnet Of(IPAddress address) => new(address, UsualPrefix(address));

    /// <summary>The bridge that guests are attached to.</summary>
    public string Bridge { get; init; } = GuideDefaults.Bridge;

    /// <summary>The first five bytes of the guests' MAC addresses.</summary>
    public string MacPrefix { get; init; } = GuideDefaults.MacPrefix;

    /// <summary>The last number of the first guest's address.</summary>
    public int First { get; init; } = GuideDefaults.FirstReservation;

    /// <summary>The last number of the last guest's address.</summary>
    public int Last { get; init; } = GuideDefaults.LastReservation;

    /// <summary>True for a network of IPv6.</summary>
    public bool IsIPv6 => Address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>The network's first address.</summary>
    public IPAddress Network => Masked(0);

    /// <summary>The network's last address, which for IPv4 is the address of broadcasts.</summary>
    public IPAddress Broadcast => Masked(0xff);

    /// <summary>The addresses that guests are given, with the MAC address that belongs to each where the guide's rule says one.</summary>
    public IReadOnlyList<(IPAddress Address, MacAddress? MacAddress)> Guests =>
        [.. Enumerable.Range(First, Math.Clamp(Last - First + 1, 1, MaxGuests)).Select(number => (Numbered(number), MacOf(number)))];

    /// <summary>True for an address of the network.</summary>
    /// <param name="address">The address.</param>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.AddressFamily == Address.AddressFamily && (this with { Address = address }).Network.Equals(Network);
    }

    /// <summary>The address of the network with a last number.</summary>
    /// <param name="number">The number, added to the network's first address with its last byte 0.</param>
    public IPAddress Numbered(int number)
    {
        var bytes = Address.GetAddressBytes();
        bytes[^1] = (byte)number;
        return new IPAddress(bytes);
    }

    /// <summary>The network as <c>192.168.100.0/24</c>.</summary>
    public override string ToString() => $"{Network}/{PrefixLength.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    private MacAddress? MacOf(int number) => number is >= 10 and <= 99
        && MacAddress.TryParse($"{MacPrefix}:{number.ToString(System.Globalization.CultureInfo.InvariantCulture)}", out var mac)
        ? mac : null;

    private IPAddress Masked(byte rest)
    {
        var bytes = Address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var bits = Math.Clamp(PrefixLength - (i * 8), 0, 8);
            var mask = (byte)(0xff << (8 - bits));
            bytes[i] = (byte)((bytes[i] & mask) | (rest & ~mask));
        }
        return new IPAddress(bytes);
    }
}
