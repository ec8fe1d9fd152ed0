using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace XenKube.Posix;

/// <summary>
/// A neighbour of this host, as the kernel knows it (rtnetlink(7)): /proc/net/arp has the same entries, but does not tell how old
/// they are.
/// </summary>
/// <param name="Address">Its IP address.</param>
/// <param name="Hardware">Its hardware address, as it answered; empty while it has not.</param>
/// <param name="Interface">The number of the interface.</param>
/// <param name="State">NUD_…, linux/neighbour.h.</param>
/// <param name="Confirmed">How long ago it answered last; meaningful while <see cref="IsReachable"/>.</param>
internal sealed record Neighbour(IPAddress Address, byte[] Hardware, int Interface, ushort State, TimeSpan Confirmed)
{
    private const int HeaderSize = 16, NeighbourSize = 12;
    private const ushort NewNeighbour = 28, GetNeighbour = 30, Done = 3, Error = 2;
    private const ushort Request = 1, Replace = 0x100, Dump = 0x300;
    private const ushort Incomplete = 0x01, Reachable = 0x02, Probe = 0x10, Failed = 0x20;
    private const ushort Destination = 1, LinkAddress = 2, CacheInformation = 3;

    /// <summary>Ticks a second in which the kernel tells times to programs (USER_HZ).</summary>
    private const int TicksPerSecond = 100;

    /// <summary>True if it has a hardware address, however old.</summary>
    public bool IsKnown => Hardware.Length > 0 && (State & (Incomplete | Failed)) == 0;

    /// <summary>True if it has answered recently. An entry that somebody has set is not an answer.</summary>
    public bool IsReachable => IsKnown && (State & Reachable) != 0;

    /// <summary>The neighbours that have an address, one for each interface; none where the kernel does not say.</summary>
    /// <param name="address">The IP address.</param>
    public static IReadOnlyList<Neighbour> Find(IPAddress address)
    {
        using var socket = Libc.OpenRouteSocket();
        if (socket is null)
        {
            return [];
        }
        Span<byte> request = stackalloc byte[HeaderSize + NeighbourSize];
        WriteHeader(request, GetNeighbour, Request | Dump);
        request[HeaderSize] = (byte)Family(address);
        var found = new List<Neighbour>();
        var buffer = new byte[64 * 1024];
        for (var isSent = Libc.TrySend(socket, request); isSent;)
        {
            var count = Libc.Receive(socket, buffer);
            if (count < HeaderSize || !Parse(buffer.AsSpan(0, count), address, found))
            {
                break;
            }
        }
        return found;
    }

    /// <summary>
    /// Has the kernel ask the neighbour whether it is still there, by ARP or neighbour discovery. Only root may; others are passed over.
    /// </summary>
    public void Ask()
    {
        using var socket = Libc.OpenRouteSocket();
        if (socket is null)
        {
            return;
        }
        var address = Address.GetAddressBytes();
        var request = new byte[HeaderSize + NeighbourSize + AttributeSize(address.Length) + AttributeSize(Hardware.Length)];
        WriteHeader(request, NewNeighbour, Request | Replace);
        request[HeaderSize] = (byte)Family(Address);
        BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(HeaderSize + 4), Interface);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(HeaderSize + 8), Probe);
        var rest = WriteAttribute(request.AsSpan(HeaderSize + NeighbourSize), Destination, address);
        _ = WriteAttribute(rest, LinkAddress, Hardware);
        _ = Libc.TrySend(socket, request);
    }

    /// <summary>Reads the messages of an answer.</summary>
    /// <returns>False after the last of them.</returns>
    internal static bool Parse(ReadOnlySpan<byte> messages, IPAddress address, List<Neighbour> found)
    {
        while (messages.Length >= HeaderSize)
        {
            // struct nlmsghdr: length, type, flags, sequence, port. All in the byte order of this machine, which .NET has little-endian.
            var length = BinaryPrimitives.ReadInt32LittleEndian(messages);
            var type = BinaryPrimitives.ReadUInt16LittleEndian(messages[4..]);
            if (type is Done or Error || length < HeaderSize || length > messages.Length)
            {
                return false;
            }
            if (type == NewNeighbour && length >= HeaderSize + NeighbourSize && ParseOne(messages[HeaderSize..length]) is { } neighbour
                && neighbour.Address.Equals(address))
            {
                found.Add(neighbour);
            }
            messages = messages[Math.Min(Aligned(length), messages.Length)..];
        }
        return true;
    }

    private static Neighbour? ParseOne(ReadOnlySpan<byte> message)
    {
        // struct ndmsg: family, padding, interface, state, flags, type
        var index = BinaryPrimitives.ReadInt32LittleEndian(message[4..]);
        var state = BinaryPrimitives.ReadUInt16LittleEndian(message[8..]);
        var attributes = message[NeighbourSize..];
        IPAddress? address = null;
        byte[] hardware = [];
        var confirmed = TimeSpan.MaxValue;
        while (attributes.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < 4 || length > attributes.Length)
            {
                return null;
            }
            var value = attributes[4..length];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]))
            {
                case Destination when value.Length is 4 or 16:
                    address = new IPAddress(value);
                    break;
                case LinkAddress:
                    hardware = value.ToArray();
                    break;
                case CacheInformation when value.Length >= 4:
                    // struct nda_cacheinfo: confirmed, used, updated, references; times are ticks ago
                    confirmed = TimeSpan.FromSeconds((double)BinaryPrimitives.ReadUInt32LittleEndian(value) / TicksPerSecond);
                    break;
                default:
                    break;
            }
            attributes = attributes[Math.Min(Aligned(length), attributes.Length)..];
        }
        return address is null ? null : new Neighbour(address, hardware, index, state, confirmed);
    }

    private static void WriteHeader(Span<byte> message, ushort type, int flags)
    {
        message.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], (ushort)flags);
    }

    private static Span<byte> WriteAttribute(Span<byte> place, ushort type, byte[] value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(place[2..], type);
        value.CopyTo(place[4..]);
        return place[AttributeSize(value.Length)..];
    }

    private static int AttributeSize(int length) => Aligned(4 + length);

    private static int Aligned(int length) => (length + 3) & ~3;

    private static int Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? 10 : 2;
}
