using System.Buffers.Binary;

namespace XenKube.Parsing.OpenPgp;

/// <summary>One packet, RFC 4880 section 4.2: a tag and a body whose length is known before it is read.</summary>
/// <param name="Tag">What the packet is: 2 a signature, 6 a public key, 13 a user id, 14 a subkey.</param>
/// <param name="Offset">Where its header starts.</param>
/// <param name="Body">Its content.</param>
public readonly record struct OpenPgpPacket(int Tag, int Offset, ReadOnlyMemory<byte> Body)
{
    /// <summary>The tag of a signature.</summary>
    public const int Signature = 2;

    /// <summary>The tag of a primary key with its secret part.</summary>
    public const int SecretKey = 5;

    /// <summary>The tag of a primary key.</summary>
    public const int PublicKey = 6;

    /// <summary>The tag of a subkey with its secret part.</summary>
    public const int SecretSubkey = 7;

    /// <summary>The tag of a marker, to be ignored.</summary>
    public const int Marker = 10;

    /// <summary>The tag of a user id.</summary>
    public const int UserId = 13;

    /// <summary>The tag of a subkey.</summary>
    public const int PublicSubkey = 14;

    /// <summary>The tag of a user attribute (a picture).</summary>
    public const int UserAttribute = 17;

    /// <summary>Takes data apart into packets, to its last byte.</summary>
    /// <param name="data">The data, without armor.</param>
    /// <exception cref="OpenPgpFormatException">There is something that is not a packet, a packet reaches beyond the end, or its length is
    /// left open.</exception>
    public static IReadOnlyList<OpenPgpPacket> ReadAll(ReadOnlyMemory<byte> data)
    {
        var packets = new List<OpenPgpPacket>();
        for (var offset = 0; offset < data.Length;)
        {
            var packet = Read(data, offset, out offset);
            packets.Add(packet);
        }
        return packets;
    }

    /// <summary>Writes the packet with an old-style header of the shortest form, as gpg writes keys.</summary>
    /// <param name="output">Where to.</param>
    internal void WriteTo(Stream output)
    {
        var length = Body.Length;
        Span<byte> header = stackalloc byte[6];
        if (Tag > 15)
        {
            header[0] = (byte)(0xC0 | Tag);
            header[1] = 0xFF;
            BinaryPrimitives.WriteInt32BigEndian(header[2..], length);
            output.Write(header);
        }
        else if (length <= 0xFF)
        {
            header[0] = (byte)(0x80 | (Tag << 2));
            header[1] = (byte)length;
            output.Write(header[..2]);
        }
        else if (length <= 0xFFFF)
        {
            header[0] = (byte)(0x81 | (Tag << 2));
            BinaryPrimitives.WriteUInt16BigEndian(header[1..], (ushort)length);
            output.Write(header[..3]);
        }
        else
        {
            header[0] = (byte)(0x82 | (Tag << 2));
            BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
            output.Write(header[..5]);
        }
        output.Write(Body.Span);
    }

    private static OpenPgpPacket Read(ReadOnlyMemory<byte> data, int start, out int end)
    {
        var bytes = data.Span;
        var first = bytes[start];
        if ((first & 0x80) == 0)
        {
            throw new OpenPgpFormatException(start, $"0x{first:X2} starts no packet");
        }
        var position = start + 1;
        int tag;
        long length;
        if ((first & 0x40) != 0)
        {
            tag = first & 0x3F;
            length = ReadNewLength(bytes, start, ref position);
        }
        else
        {
            tag = (first >> 2) & 0x0F;
            var octets = first & 3;
            length = octets == 3
                ? throw new OpenPgpFormatException(start, "the packet leaves its length open")
                : ReadNumber(bytes, start, 1 << octets, ref position);
        }
        if (tag == 0)
        {
            throw new OpenPgpFormatException(start, "packet type 0 is reserved");
        }
        if (length > bytes.Length - position)
        {
            throw new OpenPgpFormatException(start, $"a packet of {length} bytes goes beyond the end of the data");
        }
        end = position + (int)length;
        return new OpenPgpPacket(tag, start, data[position..end]);
    }

    // Section 4.2.2
    private static long ReadNewLength(ReadOnlySpan<byte> bytes, int start, ref int position)
    {
        var first = (int)ReadNumber(bytes, start, 1, ref position);
        return first switch
        {
            < 192 => first,
            < 224 => ((first - 192) << 8) + (int)ReadNumber(bytes, start, 1, ref position) + 192,
            < 255 => throw new OpenPgpFormatException(start, "the packet comes in parts, which only data may"),
            _ => ReadNumber(bytes, start, 4, ref position),
        };
    }

    private static long ReadNumber(ReadOnlySpan<byte> bytes, int start, int octets, ref int position)
    {
        if (bytes.Length - position < octets)
        {
            throw new OpenPgpFormatException(start, "the data ends within a packet's header");
        }
        long value = 0;
        for (var i = 0; i < octets; i++)
        {
            value = (value << 8) | bytes[position++];
        }
        return value;
    }
}
