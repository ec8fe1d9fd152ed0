using System.Buffers.Binary;

namespace XenKube.Compression.Lz4;

/// <summary>
/// Decompresses the legacy frames of lz4, as Linux kernels have them: blocks of 8 MiB that know nothing of each other (lz4's
/// frame format 1.6.3, "Legacy frame"; block format).
/// </summary>
/// <remarks>
/// Held against lz4 1.9.4. A Linux kernel appends the size of its data to the last block: four bytes that nothing
/// follows end the data.
/// </remarks>
internal sealed class Lz4LegacyStream(Stream input) : DecompressionStream
{
    private const uint Magic = 0x184C2102;
    private const int BlockSize = 8 << 20;

    private readonly CompressedInput _input = new(input, "lz4");
    private readonly byte[] _data = new byte[BlockSize + Overlap.Slack];
    private byte[] _block = [];
    private int _start;
    private int _end;
    private bool _hasFrame;
    private bool _hasBlock;
    private bool _hasEnded;

    /// <inheritdoc/>
    protected override int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        _data.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <inheritdoc/>
    protected override bool DecodeMore()
    {
        var position = _input.Position;
        if (_hasEnded || _input.IsAtEnd)
        {
            return _hasFrame ? false : throw _input.Damaged("frame", "there is no frame");
        }
        Span<byte> four = stackalloc byte[4];
        _input.Read(four);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(four);
        if (size == Magic)
        {
            _hasFrame = true;
            return true;
        }
        if (!_hasFrame)
        {
            throw _input.DamagedAt("frame", position, "no magic number of a legacy frame");
        }
        // The largest block is one that could not be compressed at all.
        if (_input.IsAtEnd && _hasBlock)
        {
            _hasEnded = true;
            return false;
        }
        if (size > BlockSize + (BlockSize / 255) + 16)
        {
            throw _input.DamagedAt("block", position, "the block is larger than any can be");
        }
        if (_block.Length < size)
        {
            _block = new byte[size];
        }
        _input.Read(_block.AsSpan(0, (int)size));
        _end = Decode(_block.AsSpan(0, (int)size), _data);
        _start = 0;
        _hasBlock = true;
        return _end >= 0 ? true : throw _input.DamagedAt("block", position, "the block is damaged");
    }

    // Returns the size of the data; -1 where the block is damaged.
    private static int Decode(ReadOnlySpan<byte> block, byte[] data)
    {
        var at = 0;
        var from = 0;
        while (from < block.Length)
        {
            var token = block[from++];
            if (!TryLength(block, ref from, token >> 4, out var literals) || literals > block.Length - from || literals > BlockSize - at)
            {
                return -1;
            }
            block.Slice(from, literals).CopyTo(data.AsSpan(at));
            from += literals;
            at += literals;
            if (from == block.Length)
            {
                return at;
            }
            if (block.Length - from < 2)
            {
                return -1;
            }
            var distance = BinaryPrimitives.ReadUInt16LittleEndian(block[from..]);
            from += 2;
            if (!TryLength(block, ref from, token & 15, out var length) || distance == 0 || distance > at || length + 4 > BlockSize - at)
            {
                return -1;
            }
            Overlap.Copy(data, at, distance, length + 4);
            at += length + 4;
        }
        return -1;
    }

    // Four bits; the highest value means that bytes are to be added, up to the first that is not 255.
    private static bool TryLength(ReadOnlySpan<byte> block, ref int from, int length, out int total)
    {
        total = length;
        if (length < 15)
        {
            return true;
        }
        while (from < block.Length && total <= BlockSize)
        {
            var added = block[from++];
            total += added;
            if (added != 255)
            {
                return true;
            }
        }
        return false;
    }
}
