using System.Security.Cryptography;

namespace XenKube.Compression.Xz;

/// <summary>A file that is read from its beginning to its end and hashed; of the data of each block, a digest of its own is made.</summary>
/// <param name="file">The file, at its beginning.</param>
/// <param name="hash">Is given all bytes.</param>
/// <param name="blocks">The blocks, in their order.</param>
/// <param name="cancellationToken">Stops it.</param>
internal sealed class HashedBlocks(FileStream file, IncrementalHash hash, IReadOnlyList<XzBlock> blocks,
    CancellationToken cancellationToken) : ForwardStream
{
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte[]> _digests = [];
    private long _position;

    /// <summary>The digests of the blocks that were passed, in their order.</summary>
    public IReadOnlyList<byte[]> Digests => _digests;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = file.Read(buffer);
        hash.AppendData(buffer[..count]);
        for (ReadOnlySpan<byte> left = buffer[..count]; !left.IsEmpty && _digests.Count < blocks.Count;)
        {
            var block = blocks[_digests.Count];
            var before = (int)Math.Clamp(block.Start - _position, 0, left.Length);
            var within = (int)Math.Min(Math.Max(block.Start + block.CompressedSize - _position - before, 0), left.Length - before);
            _digest.AppendData(left.Slice(before, within));
            left = left[(before + within)..];
            _position += before + within;
            if (_position == block.Start + block.CompressedSize)
            {
                _digests.Add(_digest.GetHashAndReset());
            }
        }
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _digest.Dispose();
        base.Dispose(disposing);
    }
}
