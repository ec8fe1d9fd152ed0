namespace XenKube.Parsing.OpenPgp;

/// <summary>Reads the fields of one packet's body, never beyond it.</summary>
internal struct OpenPgpFieldReader(ReadOnlyMemory<byte> body, int offset)
{
    /// <summary>GnuPG's limit as well; larger numbers would only keep the processor busy.</summary>
    private const int MostBits = 16384;

    private int _position;

    public int ReadByte() => ReadBytes(1).Span[0];

    public int ReadUInt16()
    {
        var bytes = ReadBytes(2).Span;
        return (bytes[0] << 8) | bytes[1];
    }

    public ReadOnlyMemory<byte> ReadBytes(int count)
    {
        if (count > body.Length - _position)
        {
            throw Error("a field goes beyond its packet");
        }
        var bytes = body.Slice(_position, count);
        _position += count;
        return bytes;
    }

    /// <summary>A multiprecision integer, RFC 4880 section 3.2, without its leading zero octets.</summary>
    public ReadOnlyMemory<byte> ReadInteger()
    {
        var bits = ReadUInt16();
        if (bits > MostBits)
        {
            throw Error($"a number of {bits} bits is too large");
        }
        var bytes = ReadBytes((bits + 7) / 8);
        var zeros = bytes.Span.IndexOfAnyExcept((byte)0);
        return zeros < 0 ? default : bytes[zeros..];
    }

    public readonly OpenPgpFormatException Error(string reason) => new(offset, reason);
}
