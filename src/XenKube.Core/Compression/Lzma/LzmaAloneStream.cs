using System.Buffers.Binary;
using System.Numerics;

namespace XenKube.Compression.Lzma;

/// <summary>Decompresses a .lzma file: properties, dictionary size, size of the data or an end mark (xz(1), "lzma alone").</summary>
internal sealed class LzmaAloneStream : DecompressionStream
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 13;

    private const int Piece = 64 * 1024;
    private const long SmallestDictionary = 4096;

    private readonly CompressedInput _errors;
    private readonly byte[] _data;
    private readonly int _end;
    private readonly long? _size;
    private readonly HistoryWindow _window;
    private readonly LzmaDecoder _decoder;
    private long _produced;
    private bool _hasEnded;

    /// <summary>Reads all compressed data, and begins to decompress.</summary>
    /// <param name="input">The compressed data; not disposed.</param>
    /// <param name="maximumCompressed">The most bytes of compressed data that are read.</param>
    /// <param name="expected">The size of all data where it is known; otherwise 0.</param>
    /// <exception cref="CorruptImageException">The header is not one of .lzma.</exception>
    /// <exception cref="UnsupportedFeatureException">The dictionary, or the file, is larger than the limit.</exception>
    public LzmaAloneStream(Stream input, int maximumCompressed, long expected = 0)
    {
        _errors = new CompressedInput(input, "lzma");
        (_data, _end) = ReadAll(_errors, maximumCompressed);
        if (_end < HeaderSize + RangeDecoder.HeadSize || !IsHeader(_data) || LzmaProperties.Read(_data[0]) is not { } properties)
        {
            throw _errors.DamagedAt("header", 0, "this is not the header of an .lzma file");
        }
        long dictionary = BinaryPrimitives.ReadUInt32LittleEndian(_data.AsSpan(1));
        var size = BinaryPrimitives.ReadInt64LittleEndian(_data.AsSpan(5));
        _size = size < 0 ? null : size;
        // A dictionary larger than the data is never used whole.
        dictionary = Math.Max(SmallestDictionary, _size is { } known ? Math.Min(dictionary, known) : dictionary);
        if (dictionary > Lzma.MaximumDictionary)
        {
            throw _errors.Unsupported(FormattableString.Invariant($"dictionary of {dictionary >> 20} MiB"));
        }
        _window = new HistoryWindow(dictionary, Math.Max(expected, _size ?? 0));
        _decoder = new LzmaDecoder(_window);
        _decoder.Use(properties);
        _decoder.ResetState();
        if (!_decoder.TryBegin(_data, HeaderSize))
        {
            throw _errors.DamagedAt("data", HeaderSize, "the first byte is not 0");
        }
    }

    /// <summary>
    /// Whether bytes are the header of an .lzma file, which has no magic number: valid properties, a dictionary of 2^n or
    /// 2^n + 2^(n-1) bytes, and a size that is unknown or below 256 GiB, as xz recognises it.
    /// </summary>
    public static bool IsHeader(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeaderSize || LzmaProperties.Read(head[0]) is null)
        {
            return false;
        }
        var dictionary = BinaryPrimitives.ReadUInt32LittleEndian(head[1..]);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(head[5..]);
        var isRound = BitOperations.PopCount(dictionary) == 1 || (BitOperations.PopCount(dictionary) == 2
            && (dictionary & (dictionary >> 1)) != 0);
        return isRound && (size == ulong.MaxValue || size < 1UL << 38);
    }

    /// <inheritdoc/>
    protected override int Take(Span<byte> buffer) => _window.Take(buffer);

    /// <inheritdoc/>
    protected override bool DecodeMore()
    {
        if (!_hasEnded)
        {
            DecodePiece();
        }
        return !_hasEnded || _window.Pending > 0;
    }

    private void DecodePiece()
    {
        var left = _size - _produced ?? long.MaxValue;
        var room = (int)Math.Min(left, Piece);
        _window.Reserve(room + Overlap.Slack);
        var start = _window.End;
        if (!_decoder.Decode(_data, _end, start + room))
        {
            throw _errors.DamagedAt("data", _decoder.InputPosition, "the data is damaged or cut off");
        }
        _produced += _window.End - start;
        _hasEnded = _decoder.HasEnded || _produced == _size;
        if (_hasEnded && !IsWholeEnd())
        {
            throw _errors.DamagedAt("data", _decoder.InputPosition, "the data does not end where its header says");
        }
    }

    // A mark may end data of a known size too, but only there; then the code is used up.
    private bool IsWholeEnd()
    {
        if (_decoder.MatchLeft > 0 || (_size is { } known && known != _produced))
        {
            return false;
        }
        _decoder.Normalize(_data);
        if (!_decoder.HasEnded && !_decoder.IsFinished)
        {
            _window.Reserve(1 + Overlap.Slack);
            var end = _window.End;
            if (!_decoder.Decode(_data, _end, end + 1) || !_decoder.HasEnded || _window.End != end)
            {
                return false;
            }
            _decoder.Normalize(_data);
        }
        return _decoder.IsFinished && _decoder.InputPosition <= _end;
    }

    private static (byte[] Data, int Length) ReadAll(CompressedInput input, int maximum)
    {
        var data = new byte[Piece];
        var length = 0;
        while (true)
        {
            var count = input.ReadAtMost(data.AsSpan(length, data.Length - length - RangeDecoder.Padding));
            length += count;
            if (count == 0)
            {
                data.AsSpan(length).Clear();
                return (data, length);
            }
            if (length > maximum)
            {
                throw input.Unsupported(FormattableString.Invariant($"file of more than {maximum >> 20} MiB"));
            }
            if (length == data.Length - RangeDecoder.Padding)
            {
                Array.Resize(ref data, data.Length * 2);
            }
        }
    }
}
