using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using XenKube.Networks;

namespace XenKube.Hosting.Time;

/// <summary>
/// The clients that are answered: entries for networks, of which the smallest one that a client is in decides. IPv4 alone.
/// </summary>
internal sealed class AccessTable
{
    private readonly List<(uint First, int Length, bool IsOpen, TimeDirective Source)> _entries = [];

    /// <summary>Says who is answered in a network; a later word about the same network takes the place of the earlier one.</summary>
    /// <param name="network">The network's first address and the bits of its prefix.</param>
    /// <param name="isOpen">True for clients that are answered.</param>
    /// <param name="source">The line that says it.</param>
    /// <param name="all">True to forget what was said about parts of the network.</param>
    public void Set((uint First, int Length) network, bool isOpen, TimeDirective source, bool all = false)
    {
        _entries.RemoveAll(entry => (entry.First, entry.Length) == network
            || (all && Contains(network, entry.First) && entry.Length >= network.Length));
        _entries.Add((network.First, network.Length, isOpen, source));
    }

    /// <summary>What is said about a network as a whole.</summary>
    /// <param name="network">The network.</param>
    /// <param name="otherwise">What holds where nothing is said.</param>
    /// <returns>Whether it is answered, and the line that decides; null for none.</returns>
    public (bool IsOpen, TimeDirective? Source) Of((uint First, int Length) network, bool otherwise)
    {
        var entry = _entries.Where(entry => entry.Length <= network.Length && Contains((entry.First, entry.Length), network.First))
            .OrderByDescending(entry => entry.Length).FirstOrDefault();
        return entry.Source is null ? (otherwise, null) : (entry.IsOpen, entry.Source);
    }

    /// <summary>
    /// The line that closes a part of a network, of two addresses or more; null for none. One address is a choice of the administrator's.
    /// </summary>
    /// <param name="network">The network.</param>
    public TimeDirective? ClosedWithin((uint First, int Length) network) =>
        _entries.Where(entry => !entry.IsOpen && entry.Length > network.Length && entry.Length < 32 && Contains(network, entry.First))
            .Select(entry => entry.Source).FirstOrDefault();

    /// <summary>Reads <c>ADDRESS</c>, <c>ADDRESS/BITS</c> and, where asked for, an address of fewer numbers, such as 192.168.</summary>
    /// <param name="text">The text.</param>
    /// <param name="short">True to take an address of fewer numbers as a network of them.</param>
    /// <returns>The network; null for a host name or anything else.</returns>
    public static (uint First, int Length)? Parse(string text, bool @short)
    {
        var parts = text.Split('/', 2);
        var numbers = parts[0].Split('.');
        if (numbers.Length is 0 or > 4 || (!@short && numbers.Length < 4))
        {
            return null;
        }
        uint address = 0;
        foreach (var number in numbers)
        {
            if (!byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }
            address = (address << 8) | value;
        }
        address <<= 8 * (4 - numbers.Length);
        var length = numbers.Length * 8;
        return parts.Length > 1 && !(int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= 32)
            ? null : (address & Mask(length), length);
    }

    /// <summary>Reads an address with a mask.</summary>
    /// <param name="address">The address.</param>
    /// <param name="mask">The mask, such as 255.255.255.0.</param>
    /// <returns>The network; null where one of them is not an IPv4 address.</returns>
    public static (uint First, int Length)? Parse(string address, string mask)
    {
        if (AddressText.IPv4(address) is not { } first || AddressText.IPv4(mask) is not { } bits)
        {
            return null;
        }
        var length = System.Numerics.BitOperations.PopCount(Number(bits));
        return (Number(first) & Mask(length), length);
    }

    /// <summary>An address as a number.</summary>
    /// <param name="address">An IPv4 address.</param>
    public static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static bool Contains((uint First, int Length) network, uint address) => (address & Mask(network.Length)) == network.First;

    private static uint Mask(int length) => length == 0 ? 0 : uint.MaxValue << (32 - length);
}
