namespace XenKube.FileSystems.Btrfs;

/// <summary>Reads a file, an extent after the other; what no extent covers is zeros.</summary>
internal sealed class BtrfsFileStream(BtrfsVolume volume, BtrfsInode inode) : Stream
{
    private (long Start, byte[] Data)? _unpacked;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inode.Size;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, inode.Size - _position);
        if (count <= 0)
        {
            return 0;
        }
        count = ReadSome(buffer[..count]);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => inode.Size + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int ReadSome(Span<byte> buffer)
    {
        if (_unpacked is { } unpacked && _position >= unpacked.Start && _position < unpacked.Start + unpacked.Data.Length)
        {
            return Copy(unpacked.Data.AsSpan((int)(_position - unpacked.Start)), buffer);
        }
        var key = new BtrfsKey(inode.Number, BtrfsItemType.FileExtent, (ulong)_position);
        var extent = inode.Tree.FindAtOrBefore(key) is { } item && (item.Key.Object, item.Key.Type) == (key.Object, key.Type)
            ? BtrfsExtent.Read(item, volume.Super.SectorSize) : null;
        if (extent is null || extent.Start + extent.Length <= _position)
        {
            var next = inode.Tree.Range(key, key with { Offset = ulong.MaxValue }).Select(each => (BtrfsItem?)each).FirstOrDefault();
            return Zeros(buffer, next is { } after ? (long)Math.Min(after.Key.Offset, long.MaxValue) - _position : buffer.Length);
        }
        var inside = _position - extent.Start;
        if (extent.IsHole)
        {
            return Zeros(buffer, extent.Length - inside);
        }
        if (!extent.IsPacked)
        {
            return extent.Read(volume, inside, buffer, inode.HasChecksums);
        }
        var data = extent.Unpack(volume, inode.HasChecksums);
        _unpacked = (extent.Start, data);
        return Copy(data.AsSpan((int)inside), buffer);
    }

    private static int Copy(ReadOnlySpan<byte> data, Span<byte> buffer)
    {
        var count = Math.Min(data.Length, buffer.Length);
        data[..count].CopyTo(buffer);
        return count;
    }

    private static int Zeros(Span<byte> buffer, long most)
    {
        var count = (int)Math.Min(buffer.Length, most);
        buffer[..count].Clear();
        return count;
    }
}
