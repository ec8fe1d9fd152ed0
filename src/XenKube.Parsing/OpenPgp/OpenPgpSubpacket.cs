namespace XenKube.Parsing.OpenPgp;

/// <summary>One subpacket of a signature, RFC 4880 section 5.2.3.1.</summary>
/// <param name="Type">What it says, without the critical bit.</param>
/// <param name="IsCritical">True if who does not know the type must not take the signature for good.</param>
/// <param name="IsHashed">True in the area that the signature covers.</param>
/// <param name="Body">Its content.</param>
public readonly record struct OpenPgpSubpacket(int Type, bool IsCritical, bool IsHashed, ReadOnlyMemory<byte> Body)
{
    internal const int Created = 2;
    internal const int Expires = 3;
    internal const int KeyExpires = 9;
    internal const int RevocationKey = 12;
    internal const int Issuer = 16;
    internal const int Notation = 20;
    internal const int PrimaryUserId = 25;
    internal const int KeyFlags = 27;
    internal const int RevocationReason = 29;
    internal const int EmbeddedSignature = 32;
    internal const int IssuerFingerprint = 33;

    /// <summary>True for a type that this reader knows. No notation is known: what a critical one asks for cannot be kept.</summary>
    public bool IsKnown => Type is (>= 2 and <= 7) or 9 or 11 or 12 or 16 or (>= 21 and <= 30) or 32 or 33;

    /// <summary>Takes an area apart.</summary>
    internal static void ReadAll(ReadOnlyMemory<byte> area, bool hashed, int offset, List<OpenPgpSubpacket> subpackets)
    {
        var bytes = area.Span;
        for (var position = 0; position < bytes.Length;)
        {
            var start = position;
            long length = bytes[position++];
            var more = length switch { < 192 => 0, < 255 => 1, _ => 4 };
            if (bytes.Length - position < more)
            {
                throw new OpenPgpFormatException(offset + start, "a subpacket's length goes beyond its area");
            }
            if (more == 1)
            {
                length = ((length - 192) << 8) + bytes[position] + 192;
            }
            else if (more == 4)
            {
                length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[position..]);
            }
            position += more;
            if (length == 0 || length > bytes.Length - position)
            {
                throw new OpenPgpFormatException(offset + start, $"a subpacket of {length} bytes does not fit into its area");
            }
            var type = bytes[position];
            var subpacket = new OpenPgpSubpacket(type & 0x7F, (type & 0x80) != 0, hashed, area.Slice(position + 1, (int)length - 1));
            subpacket.Check(offset + start);
            subpackets.Add(subpacket);
            position += (int)length;
        }
    }

    private void Check(int offset)
    {
        var least = Type switch
        {
            Created or Expires or KeyExpires => 4,
            Issuer => 8,
            IssuerFingerprint => 21,
            _ => 0,
        };
        if (Body.Length < least)
        {
            throw new OpenPgpFormatException(offset, $"subpacket of type {Type} is too short");
        }
    }
}
