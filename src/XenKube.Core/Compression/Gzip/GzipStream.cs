using System.Buffers.Binary;
using XenKube.Checksums;

namespace XenKube.Compression.Gzip;

/// <summary>
/// Decompresses gzip (RFC 1952): members one after another, checks and sizes verified, and zeros at the end as the padding of a tape has
/// them. What else follows a member is refused, which .NET's own stream passes over without a word.
/// </summary>
/// <remarks>Held against gzip 1.12.</remarks>
internal sealed class GzipStream : DecompressionStream
{
    private const byte HeaderCheck = 2, Extra = 4, Name = 8, Comment = 16, Reserved = 0xE0;

    private readonly BitSource _input;
    private readonly HistoryWindow _window = new(DeflateDecoder.History);
    private readonly DeflateDecoder _decoder;
    private bool _inMember;
    private bool _hasMember;
    private uint _crc;
    private uint _size;
    private uint _headerCrc;

    /// <summary>Begins to decompress.</summary>
    /// <param name="input">The compressed data; not disposed.</param>
    public GzipStream(Stream input)
    {
        _input = new BitSource(input);
        _decoder = new DeflateDecoder(_input, _window);
    }

    /// <inheritdoc/>
    protected override int Take(Span<byte> buffer) => _window.Take(buffer);

    /// <inheritdoc/>
    protected override bool DecodeMore()
    {
        if (!_inMember)
        {
            return BeginMember();
        }
        var start = _window.End;
        var fault = _decoder.Decode();
        if (fault is not null)
        {
            throw Damaged(fault);
        }
        // The window may have moved what is in it.
        var data = _window.Buffer.AsSpan(_window.End - _window.Pending, _window.Pending);
        _crc = Crc32.Append(_crc, data);
        _size += (uint)data.Length;
        if (_decoder.HasEnded)
        {
            EndMember();
        }
        return true;
    }

    // False at the end of the data.
    private bool BeginMember()
    {
        if (_hasMember && SkipPadding())
        {
            return false;
        }
        _headerCrc = Crc32.Start;
        Span<byte> head = stackalloc byte[10];
        ReadHeader(head);
        if (head[0] != 0x1F || head[1] != 0x8B)
        {
            throw new CorruptImageException(ErrorIds.TrailingData, null, FormattableString.Invariant($"gzip, byte {_input.Position - 10}"),
                "something that is not gzip follows the compressed data");
        }
        if (head[2] != 8 || (head[3] & Reserved) != 0)
        {
            throw new UnsupportedFeatureException(null, "gzip", head[2] != 8
                ? FormattableString.Invariant($"compression method {head[2]}") : "reserved flags");
        }
        if ((head[3] & Extra) != 0)
        {
            Span<byte> length = stackalloc byte[2];
            ReadHeader(length);
            for (var left = BinaryPrimitives.ReadUInt16LittleEndian(length); left > 0; left--)
            {
                ReadHeader(length[..1]);
            }
        }
        SkipText(head[3] & Name);
        SkipText(head[3] & Comment);
        if ((head[3] & HeaderCheck) != 0)
        {
            var wanted = (ushort)~_headerCrc;
            Span<byte> check = stackalloc byte[2];
            ReadHeader(check);
            if (BinaryPrimitives.ReadUInt16LittleEndian(check) != wanted)
            {
                throw Damaged("the checksum of the header is wrong");
            }
        }
        _window.Clear();
        _decoder.Reset();
        (_crc, _size, _inMember, _hasMember) = (Crc32.Start, 0, true, true);
        return true;
    }

    private void EndMember()
    {
        Span<byte> trailer = stackalloc byte[8];
        if (!_input.TryRead(trailer))
        {
            throw Damaged("the data ends here, before its format does");
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != ~_crc)
        {
            throw Damaged("the checksum of the data is wrong");
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != _size)
        {
            throw Damaged("the size of the data is wrong");
        }
        _inMember = false;
    }

    // True where nothing but zeros is left, which gzip takes as padding.
    private bool SkipPadding()
    {
        if (_input.IsAtEnd)
        {
            return true;
        }
        if ((byte)_input.Bits != 0)
        {
            return false;
        }
        while (!_input.IsAtEnd)
        {
            if ((byte)_input.Bits != 0)
            {
                throw new CorruptImageException(ErrorIds.TrailingData, null, FormattableString.Invariant($"gzip, byte {_input.Position}"),
                    "something follows the zeros after the compressed data");
            }
            _input.Skip(8);
        }
        return true;
    }

    private void SkipText(int flag)
    {
        if (flag == 0)
        {
            return;
        }
        Span<byte> letter = stackalloc byte[1];
        do
        {
            ReadHeader(letter);
        }
        while (letter[0] != 0);
    }

    private void ReadHeader(Span<byte> bytes)
    {
        if (!_input.TryRead(bytes))
        {
            throw Damaged("the header ends early");
        }
        _headerCrc = Crc32.Append(_headerCrc, bytes);
    }

    private CorruptImageException Damaged(string reason) => CorruptImageException.At("gzip data", _input.Position, reason);
}
