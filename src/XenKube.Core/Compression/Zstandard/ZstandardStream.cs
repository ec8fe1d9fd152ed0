using System.Buffers.Binary;
using XenKube.Checksums;

namespace XenKube.Compression.Zstandard;

/// <summary>
/// Decompresses zstd, RFC 8878: frames one after another, skippable frames among them, checksums verified. Dictionaries are not
/// supported.
/// </summary>
/// <remarks>Held against zstd 1.5.4.</remarks>
internal sealed class ZstandardStream : DecompressionStream
{
    /// <summary>The largest window that is accepted, in bytes: the limit of the zstd program without <c>--long</c>.</summary>
    public const long MaximumWindow = 128 << 20;

    private readonly CompressedInput _input;
    private readonly long _expected;
    private readonly byte[] _block = new byte[BackwardBits.Padding + ZstandardBlock.MaximumSize];
    private readonly LiteralsSection _literals = new();
    private readonly SequencesSection _sequences = new();
    private readonly XxHash64 _hash = new();
    private HistoryWindow? _window;
    private ZstandardFrame? _frame;
    private long _produced;
    private bool _hasFrame;

    /// <summary>Begins to decompress.</summary>
    /// <param name="input">The compressed data; not disposed.</param>
    /// <param name="expected">The size of all data where it is known, to allocate no more than that; otherwise 0.</param>
    public ZstandardStream(Stream input, long expected = 0)
    {
        _input = new CompressedInput(input, "zstd");
        _expected = expected;
    }

    /// <summary>True for one frame, whatever follows it.</summary>
    public bool IsOneFrame { get; init; }

    /// <inheritdoc/>
    protected override int Take(Span<byte> buffer) => _window?.Take(buffer) ?? 0;

    /// <inheritdoc/>
    protected override bool DecodeMore()
    {
        if (_frame is not { } frame)
        {
            return BeginFrame();
        }
        DecodeBlock(frame, _window!);
        return true;
    }

    // False at the end of the data.
    private bool BeginFrame()
    {
        Span<byte> four = stackalloc byte[4];
        if (_hasFrame && IsOneFrame)
        {
            return false;
        }
        if (_input.IsAtEnd)
        {
            return _hasFrame ? false : throw _input.Damaged("frame", "there is no frame");
        }
        var position = _input.Position;
        _input.Read(four);
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(four);
        _hasFrame = true;
        if (ZstandardFrame.IsSkippable(magic))
        {
            _input.Read(four);
            _input.Skip(BinaryPrimitives.ReadUInt32LittleEndian(four));
            return true;
        }
        if (magic != ZstandardFrame.Magic)
        {
            throw _input.DamagedAt("frame", position, "no magic number of a frame");
        }
        var frame = ZstandardFrame.Read(_input);
        if (frame.WindowSize > MaximumWindow)
        {
            throw _input.Unsupported(FormattableString.Invariant($"window of {frame.WindowSize >> 20} MiB"));
        }
        if (_window is null || _window.Maximum != frame.WindowSize)
        {
            _window = new HistoryWindow(frame.WindowSize, Math.Max(_expected, frame.ContentSize ?? 0));
        }
        _window.Clear();
        _literals.Reset();
        _sequences.Reset();
        _hash.Reset();
        _produced = 0;
        _frame = frame;
        return true;
    }

    private void DecodeBlock(ZstandardFrame frame, HistoryWindow window)
    {
        var position = _input.Position;
        var header = ZstandardBlock.Read(_input);
        if (header.Size > ZstandardBlock.MaximumSize || header.Kind == 3)
        {
            throw _input.DamagedAt("block", position, header.Kind == 3 ? "the type is reserved" : "the block is larger than 128 KiB");
        }
        window.Reserve(ZstandardBlock.MaximumSize + Overlap.Slack);
        var start = window.End;
        switch (header.Kind)
        {
            case 0:
                _input.Read(window.Buffer.AsSpan(start, header.Size));
                window.End += header.Size;
                break;
            case 1:
                window.Buffer.AsSpan(start, header.Size).Fill(_input.ReadByte());
                window.End += header.Size;
                break;
            default:
                _input.Read(_block.AsSpan(BackwardBits.Padding, header.Size));
                if (DecodeCompressed(header.Size, window) is { } fault)
                {
                    throw _input.DamagedAt("block", position, fault);
                }
                break;
        }
        var data = window.Buffer.AsSpan(start, window.End - start);
        _produced += data.Length;
        if (frame.HasChecksum)
        {
            _hash.Append(data);
        }
        if (header.IsLast)
        {
            EndFrame(frame);
        }
        else if (_produced > frame.ContentSize)
        {
            throw _input.DamagedAt("block", position, "the frame holds more data than its header says");
        }
    }

    private string? DecodeCompressed(int size, HistoryWindow window)
    {
        var used = _literals.Decode(_block, BackwardBits.Padding, size);
        return used < 0 ? "the literals are damaged" : _sequences.Execute(_block, BackwardBits.Padding + used, size - used, _literals,
            window);
    }

    private void EndFrame(ZstandardFrame frame)
    {
        _frame = null;
        if (frame.ContentSize is { } size && size != _produced)
        {
            throw _input.Damaged("frame", "the frame does not hold as much data as its header says");
        }
        if (frame.HasChecksum)
        {
            Span<byte> four = stackalloc byte[4];
            _input.Read(four);
            if (BinaryPrimitives.ReadUInt32LittleEndian(four) != (uint)_hash.Value)
            {
                throw _input.Damaged("frame", "the checksum of the data is wrong");
            }
        }
    }
}
