namespace XenKube.Compression.Bzip2;

/// <summary>
/// A block's bytes on their way from the worker that decoded it to the sink, together with where it was and what is wrong
/// with it. Bytes can be taken out only of a block whose CRC was found good.
/// </summary>
internal sealed unsafe class DecodedBlock : IDisposable
{
    // Ordinary data grows a little by its runs. A block that grows more is expanded twice, first for its CRC alone.
    private const int Capacity = Bzip2Format.LargestBlock + (256 * 1024);

    private readonly NativeBuffer _transformed = new(Bzip2Format.LargestBlock + 64);
    private readonly NativeBuffer _expanded = new(Capacity);
    private readonly RunLengthExpander _expander = new();
    private int _length;

    /// <summary>The bit after its last.</summary>
    public long End { get; set; }

    /// <summary>The block's CRC, as its header has it.</summary>
    public uint Crc { get; set; }

    /// <summary>What is wrong with the block; null when all is well.</summary>
    public string? Error { get; set; }

    /// <summary>Bytes in the block before its run lengths were expanded: what the stream's level limits.</summary>
    public int Length => _length;

    /// <summary>Where the inverse transform puts the block.</summary>
    public byte* Transformed => _transformed.Pointer;

    /// <summary>The pieces that are ready, in order.</summary>
    public IReadOnlyList<Bzip2Segment> Segments => _expander.Segments;

    /// <summary>The literal bytes of <see cref="Segments"/>, one after another.</summary>
    public ReadOnlySpan<byte> Literals => _expanded.Span;

    public void Dispose()
    {
        _transformed.Dispose();
        _expanded.Dispose();
    }

    /// <summary>Makes room for another block.</summary>
    public void Clear(long start)
    {
        End = start;
        Error = null;
        _length = 0;
    }

    /// <summary>Expands what the inverse transform left, checks its CRC, and makes its first pieces ready.</summary>
    public void Expand(int length)
    {
        _length = length;
        _expander.Start(_transformed.Pointer, length);
        var state = Bzip2Crc.Start;
        var passes = 0;
        do
        {
            _expander.Expand(_expanded.Pointer, Capacity);
            passes++;
            var literals = Literals;
            foreach (var segment in _expander.Segments)
            {
                if (segment.RunValue >= 0)
                {
                    state = Bzip2Crc.UpdateRun(state, (byte)segment.RunValue, segment.Length);
                    continue;
                }
                state = Bzip2Crc.Update(state, literals[..(int)segment.Length]);
                literals = literals[(int)segment.Length..];
            }
        }
        while (!_expander.Ended);
        var crc = Bzip2Crc.Finish(state);
        if (crc != Crc)
        {
            Error = $"its CRC is {crc:x8}, where {Crc:x8} was expected";
            return;
        }
        if (passes > 1)
        {
            _expander.Start(_transformed.Pointer, length);
            _expander.Expand(_expanded.Pointer, Capacity);
        }
    }

    /// <summary>Hands all of the block to a sink; once.</summary>
    /// <returns>Its length.</returns>
    public long CopyTo(IBzip2Sink sink)
    {
        long length = 0;
        do
        {
            var literals = Literals;
            foreach (var segment in _expander.Segments)
            {
                length += segment.Length;
                if (segment.RunValue >= 0)
                {
                    sink.WriteRun((byte)segment.RunValue, segment.Length);
                    continue;
                }
                sink.Write(literals[..(int)segment.Length]);
                literals = literals[(int)segment.Length..];
            }
        }
        while (Continue());
        return length;
    }

    /// <summary>Makes the next pieces ready; false when there were no more.</summary>
    public bool Continue()
    {
        if (_expander.Ended)
        {
            return false;
        }
        _expander.Expand(_expanded.Pointer, Capacity);
        return true;
    }
}
