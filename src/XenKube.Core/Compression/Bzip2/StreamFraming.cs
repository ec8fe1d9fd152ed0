using System.Buffers.Binary;
using System.Globalization;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// The order of things in a bzip2 file: streams one after another, each with a header, blocks, and a CRC over them all;
/// then nothing. It says where the next block is, and takes only a block that begins exactly there.
/// </summary>
internal sealed class StreamFraming
{
    private readonly IByteSource _source;
    private bool _inStream;
    private bool _anyStream;
    private int _level;
    private uint _crc;

    public StreamFraming(IByteSource source) => _source = source;

    /// <summary>The bit of the file that is expected next; after <see cref="MoveToBlock"/>, a block's first.</summary>
    public long Position { get; private set; }

    /// <summary>Reads on to the next block. False at the end of the file, when all was well.</summary>
    /// <exception cref="CorruptImageException">The file is not what it should be there.</exception>
    public bool MoveToBlock()
    {
        Span<byte> bytes = stackalloc byte[12];
        while (true)
        {
            if (!_inStream && !ReadHeader(bytes[..4]))
            {
                return false;
            }
            var available = Peek(bytes);
            var magic = Bits(bytes, (int)(Position & 7));
            if (available < 7 && magic != Bzip2Format.EndMagic)
            {
                throw Truncated();
            }
            if (magic == Bzip2Format.BlockMagic)
            {
                return true;
            }
            if (magic != Bzip2Format.EndMagic)
            {
                throw CorruptImageException.At("bzip2 stream", Position / 8, "neither a block nor the stream's end begins here");
            }
            if ((available * 8) - (Position & 7) < Bzip2Format.MagicBits + 32)
            {
                throw Truncated();
            }
            var position = Position + Bzip2Format.MagicBits;
            Position = position;
            Peek(bytes);
            var expected = (uint)(Bits(bytes, (int)(position & 7)) >> 16);
            if (expected != _crc)
            {
                throw CorruptImageException.At("bzip2 stream's end", position / 8,
                    Invariant($"the CRC over all blocks is {_crc:x8}, where {expected:x8} was expected"));
            }
            Position = (position + 32 + 7) & ~7L;
            _inStream = false;
        }
    }

    /// <summary>Takes the block at <see cref="Position"/>, if it is good, and moves to its end.</summary>
    /// <exception cref="CorruptImageException">It is not.</exception>
    public void Accept(DecodedBlock block)
    {
        var error = block.Error;
        if (error is null && block.Length > _level * Bzip2Format.BlockStep)
        {
            error = Invariant($"it has {block.Length} bytes, where the stream's level allows {_level * Bzip2Format.BlockStep}");
        }
        if (error is not null)
        {
            throw CorruptImageException.At("bzip2 block", Position / 8, error);
        }
        _crc = Bzip2Crc.Combine(_crc, block.Crc);
        Position = block.End;
    }

    private bool ReadHeader(Span<byte> bytes)
    {
        var count = Peek(bytes);
        if (count == 0 && _anyStream)
        {
            return false;
        }
        var level = bytes[3] - '0';
        if (count < 4 || !bytes[..3].SequenceEqual("BZh"u8) || level is < 1 or > 9)
        {
            if (_anyStream)
            {
                throw new CorruptImageException(ErrorIds.TrailingData, null, Invariant($"byte {Position / 8}"),
                    "there is data after the last bzip2 stream", "Fetch the file again; what follows the stream is part of no image");
            }
            if ("BZh"u8.StartsWith(bytes[..Math.Min(count, 3)]) && count < 4)
            {
                throw Truncated();
            }
            throw new CorruptImageException(ErrorIds.ImageFormatUnknown, null, "byte 0", "this is not a bzip2 file");
        }
        _level = level;
        _crc = 0;
        _inStream = true;
        _anyStream = true;
        Position += 32;
        return true;
    }

    private int Peek(Span<byte> bytes)
    {
        bytes.Clear();
        var count = 0;
        while (count < bytes.Length)
        {
            var read = _source.Read((Position / 8) + count, bytes[count..]);
            if (read == 0)
            {
                break;
            }
            count += read;
        }
        return count;
    }

    private static ulong Bits(ReadOnlySpan<byte> bytes, int shift) => (BinaryPrimitives.ReadUInt64BigEndian(bytes) << shift) >> 16;

    private CorruptImageException Truncated()
    {
        // The bits of the last byte may all be there; the missing part begins after it.
        var end = Position / 8;
        Span<byte> one = stackalloc byte[1];
        while (_source.Read(end, one) != 0)
        {
            end++;
        }
        return new CorruptImageException(ErrorIds.TruncatedImage, null, Invariant($"byte {end}"),
            "the file ends before its last bzip2 stream does", "Fetch the file again");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
