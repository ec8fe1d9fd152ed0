using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace XenKube.Hosting;

/// <summary>The guests' network as DHCP and the time service see it: dom0's address there and the length of the prefix.</summary>
/// <param name="Address">dom0's address.</param>
/// <param name="PrefixLength">Bits of the network, 8 to 30.</param>
internal sealed record BridgeNetwork(IPAddress Address, int PrefixLength)
{
    /// <summary>The guide's networks, and those of a bridge that is not there yet.</summary>
    public const int UsualPrefix = 24;

    /// <summary>The network's first address, which names it.</summary>
    public IPAddress First => FromNumber(Number(Address) & Mask);

    /// <summary>The broadcast address.</summary>
    public IPAddress Broadcast => FromNumber(Number(Address) | ~Mask);

    /// <summary>The network's mask, such as 255.255.255.0.</summary>
    public IPAddress Netmask => FromNumber(Mask);

    private uint Mask => uint.MaxValue << (32 - PrefixLength);

    /// <summary>The network of an address as the bridge has it, or of the guide's size.</summary>
    /// <param name="address">dom0's address.</param>
    /// <param name="bridge">The bridge.</param>
    /// <exception cref="InvalidInputException">The address is not an IPv4 address.</exception>
    public static BridgeNetwork Of(IPAddress address, string bridge)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null, $"{address} is not an IPv4 address");
        }
        return new(address, PrefixOf(address, bridge) is >= 8 and <= 30 and var length ? length : UsualPrefix);
    }

    /// <summary>
    /// The address of a number: counted from the block of 256 addresses that dom0 is in, or from the network's first address where
    /// the network is smaller. Null where there is none: outside the network, its broadcast address, and dom0's own.
    /// </summary>
    /// <param name="number">The number.</param>
    public IPAddress? AddressOf(int number)
    {
        var start = PrefixLength >= UsualPrefix ? Number(Address) & Mask : Number(Address) & (uint.MaxValue << 8);
        var address = FromNumber(start + (uint)number);
        return Contains(address) && !address.Equals(Broadcast) && !address.Equals(First) && !address.Equals(Address) ? address : null;
    }

    /// <summary>True for an address of the network.</summary>
    /// <param name="address">The address.</param>
    public bool Contains(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        && (Number(address) & Mask) == (Number(Address) & Mask);

    /// <inheritdoc/>
    public override string ToString() => $"{First}/{PrefixLength.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    private static int? PrefixOf(IPAddress address, string bridge)
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(item =>
                item.Name == bridge)?.GetIPProperties().UnicastAddresses
                .FirstOrDefault(item => item.Address.Equals(address))?.PrefixLength;
        }
        catch (NetworkInformationException)
        {
            return null;
        }
    }

    private static uint Number(IPAddress address) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress FromNumber(uint number) =>
        new([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
}
