using System.Security.Cryptography;

namespace XenKube.Compression.Xz;

/// <summary>The compressed data of one block, read at its place in the file.</summary>
/// <param name="file">The file, whose position does not matter.</param>
/// <param name="block">The block.</param>
/// <param name="digest">Is given what is read; null for none.</param>
internal sealed class BlockData(FileStream file, XzBlock block, IncrementalHash? digest) : ForwardStream
{
    private long _position = block.Start;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var left = block.Start + block.CompressedSize - _position;
        var count = RandomAccess.Read(file.SafeFileHandle, buffer[..(int)Math.Min(buffer.Length, left)], _position);
        digest?.AppendData(buffer[..count]);
        _position += count;
        return count;
    }
}
