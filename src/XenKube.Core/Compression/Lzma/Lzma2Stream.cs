using System.Buffers.Binary;

namespace XenKube.Compression.Lzma;

/// <summary>
/// Decompresses LZMA2: chunks of LZMA or of plain data (xz file format 1.1.0, section 5.3.1; the control bytes are described in
/// the documentation of Linux' XZ Embedded).
/// </summary>
internal sealed class Lzma2Stream : DecompressionStream
{
    private const int MaximumCompressed = 1 << 16;

    private readonly CompressedInput _input;
    private readonly HistoryWindow _window;
    private readonly LzmaDecoder _decoder;
    private readonly byte[] _chunk = new byte[MaximumCompressed + RangeDecoder.Padding];
    private bool _hasDictionary;
    private bool _hasProperties;
    private bool _hasState;
    private bool _hasEnded;

    /// <summary>Begins to decompress.</summary>
    /// <param name="input">The compressed data.</param>
    /// <param name="dictionarySize">The most bytes of history that are referred to.</param>
    /// <param name="expected">The size of all data where it is known; otherwise 0.</param>
    public Lzma2Stream(CompressedInput input, long dictionarySize, long expected)
    {
        _input = input;
        _window = new HistoryWindow(dictionarySize, expected);
        _decoder = new LzmaDecoder(_window);
    }

    /// <inheritdoc/>
    protected override int Take(Span<byte> buffer) => _window.Take(buffer);

    /// <inheritdoc/>
    protected override bool DecodeMore()
    {
        if (!_hasEnded)
        {
            DecodeChunk();
        }
        return !_hasEnded || _window.Pending > 0;
    }

    private void DecodeChunk()
    {
        var position = _input.Position;
        var control = _input.ReadByte();
        if (control == 0)
        {
            _hasEnded = true;
            return;
        }
        if (control >= 0xE0 || control == 1)
        {
            _window.Clear();
            _decoder.Advance(null);
            _hasDictionary = true;
            _hasProperties = false;
            _hasState = false;
        }
        if (!_hasDictionary || control is > 2 and < 0x80)
        {
            throw _input.DamagedAt("chunk", position, "the control byte is not valid here");
        }
        Span<byte> sizes = stackalloc byte[4];
        if (control < 0x80)
        {
            _input.Read(sizes[..2]);
            var plain = BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1;
            _window.Reserve(plain + Overlap.Slack);
            _input.Read(_window.Buffer.AsSpan(_window.End, plain));
            _window.End += plain;
            _decoder.Advance(plain);
            return;
        }
        _input.Read(sizes);
        var size = ((control & 0x1F) << 16) + BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1;
        var compressed = BinaryPrimitives.ReadUInt16BigEndian(sizes[2..]) + 1;
        Reset(control, position);
        _input.Read(_chunk.AsSpan(0, compressed));
        _chunk.AsSpan(compressed, RangeDecoder.Padding).Clear();
        _window.Reserve(size + Overlap.Slack);
        if (compressed < RangeDecoder.HeadSize || !_decoder.TryBegin(_chunk, 0) || !_decoder.Decode(_chunk, compressed, _window.End + size))
        {
            throw _input.DamagedAt("chunk", position, "the data of the chunk is damaged");
        }
        _decoder.Normalize(_chunk);
        if (_decoder.HasEnded || _decoder.MatchLeft > 0 || !_decoder.IsFinished || _decoder.InputPosition != compressed)
        {
            throw _input.DamagedAt("chunk", position, "the chunk does not end where its sizes say");
        }
    }

    // What a chunk of LZMA resets: nothing, the state, the state with new properties, or that and the dictionary.
    private void Reset(byte control, long position)
    {
        if (control >= 0xC0)
        {
            _decoder.Use(LzmaProperties.Read(_input.ReadByte())
                ?? throw _input.DamagedAt("chunk", position, "the properties are not valid"));
            _hasProperties = true;
        }
        if (control >= 0xA0 && _hasProperties)
        {
            _decoder.ResetState();
            _hasState = true;
        }
        if (!_hasState)
        {
            throw _input.DamagedAt("chunk", position, "the control byte is not valid here");
        }
    }
}
