namespace XenKube.Compression.Bzip2;

/// <summary>Decodes one block after another, each from any bit of the input: what one worker has of its own.</summary>
internal sealed unsafe class BlockDecoder : IDisposable
{
    private readonly BitInput _input;
    private readonly SymbolDecoder _symbols = new();
    private readonly InverseTransform _transform = new();

    public BlockDecoder(IByteSource source) => _input = new BitInput(source);

    public void Dispose()
    {
        _input.Dispose();
        _symbols.Dispose();
        _transform.Dispose();
    }

    /// <summary>Decodes and checks the block whose magic number is at a bit of the input.</summary>
    /// <param name="bit">The magic number's first bit.</param>
    /// <param name="block">Receives the block, or what is wrong with it.</param>
    public void Decode(long bit, DecodedBlock block)
    {
        block.Clear(bit);
        _input.Seek(bit + Bzip2Format.MagicBits);
        block.Error = _symbols.Decode(_input, _transform.Runs, _transform.RunCapacity, out var header);
        if (block.Error is not null)
        {
            return;
        }
        block.End = _input.Position;
        block.Crc = header.Crc;
        _transform.Run(_symbols.Runs, _symbols.Histogram, _symbols.Length, header.Origin, block.Transformed);
        if (header.Randomised)
        {
            Bzip2Randomisation.Undo(new Span<byte>(block.Transformed, _symbols.Length));
        }
        block.Expand(_symbols.Length);
    }
}
