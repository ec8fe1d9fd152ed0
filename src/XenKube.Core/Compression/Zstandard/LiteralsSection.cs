namespace XenKube.Compression.Zstandard;

/// <summary>The bytes of a block that are not copies of earlier ones, RFC 8878 section 3.1.1.3.1.</summary>
internal sealed class LiteralsSection
{
    private readonly HuffmanTable _table = new();
    private bool _hasTable;

    /// <summary>The literals.</summary>
    public byte[] Bytes { get; } = new byte[ZstandardBlock.MaximumSize + Overlap.Slack];

    /// <summary>How many literals there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets the table: a frame does not use that of another.</summary>
    public void Reset() => _hasTable = false;

    /// <summary>Decodes the section at the beginning of a block.</summary>
    /// <returns>The bytes used; -1 where the section is damaged.</returns>
    public int Decode(byte[] block, int offset, int length)
    {
        if (length == 0)
        {
            return -1;
        }
        var kind = block[offset] & 3;
        var format = (block[offset] >> 2) & 3;
        return kind < 2 ? Uncompressed(block, offset, length, kind == 1, format) : Compressed(block, offset, length, kind == 3, format);
    }

    private int Uncompressed(byte[] block, int offset, int length, bool isRepeated, int format)
    {
        var header = format switch { 1 => 2, 3 => 3, _ => 1 };
        if (length < header)
        {
            return -1;
        }
        var size = Number(block, offset, header) >> (header == 1 ? 3 : 4);
        var used = header + (isRepeated ? 1 : (int)size);
        if (size > ZstandardBlock.MaximumSize || used > length)
        {
            return -1;
        }
        Count = (int)size;
        if (isRepeated)
        {
            Bytes.AsSpan(0, Count).Fill(block[offset + header]);
        }
        else
        {
            block.AsSpan(offset + header, Count).CopyTo(Bytes);
        }
        return used;
    }

    private int Compressed(byte[] block, int offset, int length, bool isTreeless, int format)
    {
        var (header, width) = format switch { 2 => (4, 14), 3 => (5, 18), _ => (3, 10) };
        if (length < header)
        {
            return -1;
        }
        var number = Number(block, offset, header) >> 4;
        var size = (int)(number & ((1UL << width) - 1));
        var compressed = (int)((number >> width) & ((1UL << width) - 1));
        var used = header + compressed;
        if (size > ZstandardBlock.MaximumSize || used > length)
        {
            return -1;
        }
        offset += header;
        if (!isTreeless)
        {
            var tree = _table.Read(block, offset, compressed);
            _hasTable = tree >= 0;
            offset += tree;
            compressed -= tree;
        }
        if (!_hasTable)
        {
            return -1;
        }
        Count = size;
        var literals = Bytes.AsSpan(0, size);
        var isGood = format == 0 ? _table.Decode(block, offset, compressed, literals) : _table.DecodeFour(block, offset, compressed,
            literals);
        return isGood ? used : -1;
    }

    private static ulong Number(byte[] block, int offset, int length)
    {
        ulong number = 0;
        for (var i = 0; i < length; i++)
        {
            number |= (ulong)block[offset + i] << (i * 8);
        }
        return number;
    }
}
