using System.Buffers.Binary;
using XenKube.Checksums;
using XenKube.Compression.Lzma;

namespace XenKube.Compression.Xz;

/// <summary>
/// Decompresses .xz files (xz file format 1.1.0): streams one after another with padding between them, blocks, the filters for
/// LZMA2 and x86 code, all checks, and the index.
/// </summary>
/// <remarks>Held against xz 5.4.1.</remarks>
internal sealed class XzStream : DecompressionStream
{
    private const int StreamHeaderSize = 12;

    private readonly CompressedInput _input;
    private readonly long _expected;
    private readonly byte[] _record = new byte[16];
    private XzCheck? _check;
    private ushort _streamFlags;
    private long _streamStart;
    private bool _hasStream;

    // The block being read.
    private DecompressionStream? _block;
    private XzBlockHeader? _header;
    private long _blockStart;
    private long _blockSize;

    // What the index of the stream must say: the number of blocks, and a checksum over their sizes.
    private long _blockCount;
    private uint _sizes;

    // Where blocks are only looked for: those that were found, and what the data before them has.
    private List<XzBlock>? _found;
    private long _length;
    private byte _checkId;

    /// <summary>Begins to decompress.</summary>
    /// <param name="input">The compressed data; not disposed.</param>
    /// <param name="expected">The size of all data where it is known, to allocate no more than that; otherwise 0.</param>
    public XzStream(Stream input, long expected = 0)
    {
        _input = new CompressedInput(input, "xz");
        _expected = expected;
    }

    /// <summary>
    /// Finds the blocks of a file without decoding them. All headers, the index and the footer of each stream are checked.
    /// </summary>
    /// <param name="input">The file; where it can seek, the data of the blocks is not read.</param>
    /// <param name="most">The most blocks that are wanted.</param>
    /// <returns>The blocks; null where one does not say its sizes, as xz writes them with several threads, or there are too many.</returns>
    /// <exception cref="CorruptImageException">The file is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">A feature is not supported.</exception>
    public static IReadOnlyList<XzBlock>? FindBlocks(Stream input, int most)
    {
        var found = new List<XzBlock>();
        using var stream = new XzStream(input) { _found = found };
        while (stream.DecodeMore())
        {
            if (stream._found is null || found.Count > most)
            {
                return null;
            }
        }
        return found;
    }

    /// <inheritdoc/>
    protected override int Take(Span<byte> buffer)
    {
        var count = _block?.Read(buffer) ?? 0;
        if (count > 0)
        {
            _blockSize += count;
            _check!.Append(buffer[..count]);
        }
        return count;
    }

    /// <inheritdoc/>
    protected override bool DecodeMore()
    {
        if (_check is null)
        {
            return BeginStream();
        }
        if (_block is not null)
        {
            EndBlock();
        }
        else
        {
            BeginBlockOrEnd();
        }
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _check?.Dispose();
        base.Dispose(disposing);
    }

    // False at the end of the data.
    private bool BeginStream()
    {
        Span<byte> header = stackalloc byte[StreamHeaderSize];
        var four = header[..4];
        do
        {
            if (_input.IsAtEnd)
            {
                return _hasStream ? false : throw _input.Damaged("stream header", "the file is empty");
            }
            _streamStart = _input.Position;
            _input.Read(four);
        }
        while (_hasStream && BinaryPrimitives.ReadUInt32LittleEndian(four) == 0);
        _input.Read(header[4..]);
        if (!IsMagic(header))
        {
            throw _input.DamagedAt("stream header", _streamStart, "no magic number of an .xz file");
        }
        if (Crc32.Compute(header[6..8]) != BinaryPrimitives.ReadUInt32LittleEndian(header[8..]))
        {
            throw _input.DamagedAt("stream header", _streamStart, "the checksum is wrong");
        }
        if (header[6] != 0 || (header[7] & 0xF0) != 0)
        {
            throw _input.Unsupported("stream flags");
        }
        _streamFlags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        _checkId = header[7];
        _check = XzCheck.Create(_checkId) ?? throw _input.Unsupported(FormattableString.Invariant($"check {header[7]}"));
        _hasStream = true;
        _blockCount = 0;
        _sizes = Crc32.Start;
        return true;
    }

    private static bool IsMagic(ReadOnlySpan<byte> header) => header[0] == 0xFD && header[1..6].SequenceEqual("7zXZ\0"u8);

    private void BeginBlockOrEnd()
    {
        _blockStart = _input.Position;
        var first = _input.ReadByte();
        if (first == 0)
        {
            EndStream();
            return;
        }
        _header = XzBlockHeader.Read(_input, first);
        if (_found is not null)
        {
            PassOver(_header);
            return;
        }
        _blockSize = 0;
        _block = OpenBlock(_header, _input, _expected);
    }

    /// <summary>Begins to decompress the data of a block.</summary>
    /// <param name="header">The block's header.</param>
    /// <param name="input">The compressed data.</param>
    /// <param name="expected">The size of the data if it is known from elsewhere; otherwise 0.</param>
    internal static DecompressionStream OpenBlock(XzBlockHeader header, CompressedInput input, long expected)
    {
        if (header.HistorySize > Lzma.Lzma.MaximumDictionary)
        {
            throw input.Unsupported(FormattableString.Invariant($"dictionary of {header.HistorySize >> 20} MiB"));
        }
        var lzma = new Lzma2Stream(input, header.HistorySize, header.UncompressedSize ?? expected);
        return header.X86Start is { } start ? new X86Filter(lzma, start) : lzma;
    }

    private void PassOver(XzBlockHeader header)
    {
        if (header is not { CompressedSize: { } compressed, UncompressedSize: { } size } || size > long.MaxValue - _length)
        {
            _found = null;
            return;
        }
        var start = _input.Position;
        _input.Skip(compressed);
        SkipPadding(_input.Position - _blockStart, "block padding");
        var check = new byte[_check!.Size];
        _input.Read(check);
        _found!.Add(new XzBlock(header, start, _length, _checkId, Convert.ToHexString(check)));
        _length += size;
        _blockCount++;
        Count(header.Size + compressed + check.Length, size);
    }

    private void EndBlock()
    {
        var compressed = _input.Position - _blockStart - _header!.Size;
        if (_header.CompressedSize is { } known && known != compressed || _header.UncompressedSize is { } wanted && wanted != _blockSize)
        {
            throw _input.DamagedAt("block", _blockStart, "the block does not have the sizes that its header says");
        }
        SkipPadding(_input.Position - _blockStart, "block padding");
        Span<byte> check = stackalloc byte[32];
        check = check[.._check!.Size];
        _input.Read(check);
        if (!_check.Ends(check))
        {
            throw _input.DamagedAt("block", _blockStart, "the check of the data is wrong");
        }
        _blockCount++;
        Count(_header.Size + compressed + check.Length, _blockSize);
        _block = null;
    }

    private void Count(long unpadded, long uncompressed)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_record, unpadded);
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(8), uncompressed);
        _sizes = Crc32.Append(_sizes, _record);
    }

    // The index and the footer, sections 4 and 2.1.2.
    private void EndStream()
    {
        var indexStart = _blockStart;
        var index = new XzIndexReader(_input);
        var wanted = _sizes;
        _sizes = Crc32.Start;
        if (index.Number() != _blockCount)
        {
            throw _input.DamagedAt("index", indexStart, "the index has not as many blocks as the stream");
        }
        for (var left = _blockCount; left > 0; left--)
        {
            Count(index.Number(), index.Number());
        }
        if (_sizes != wanted)
        {
            throw _input.DamagedAt("index", indexStart, "the index has other sizes than the blocks");
        }
        while ((_input.Position - indexStart) % 4 != 0)
        {
            if (index.Byte() != 0)
            {
                throw _input.DamagedAt("index", indexStart, "the padding is not zero");
            }
        }
        var indexSize = _input.Position - indexStart + 4;
        Span<byte> bytes = stackalloc byte[StreamHeaderSize];
        _input.Read(bytes[..4]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != index.Checksum)
        {
            throw _input.DamagedAt("index", indexStart, "the checksum is wrong");
        }
        var footerStart = _input.Position;
        _input.Read(bytes);
        var backward = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + 1L) * 4;
        if (Crc32.Compute(bytes[4..10]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes) || !bytes[10..].SequenceEqual("YZ"u8)
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) != _streamFlags || backward != indexSize)
        {
            throw _input.DamagedAt("stream footer", footerStart, "the footer does not fit the stream");
        }
        _check!.Dispose();
        _check = null;
    }

    private void SkipPadding(long size, string structure)
    {
        for (; size % 4 != 0; size++)
        {
            if (_input.ReadByte() != 0)
            {
                throw _input.Damaged(structure, "the padding is not zero");
            }
        }
    }
}
