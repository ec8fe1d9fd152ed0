namespace XenKube.FileSystems.Btrfs;

/// <summary>Reads a file, an extent after the other; what no extent covers is zeros.</summary>
internal sealed class BtrfsFileStream(BtrfsVolume volume, BtrfsInode inode) : FileContentStream
{
    private (long Start, byte[] Data)? _unpacked;

    public override long Length => inode.Size;

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        if (position >= inode.Size)
        {
            return 0;
        }
        buffer = buffer[..(int)Math.Min(buffer.Length, inode.Size - position)];
        if (_unpacked is { } unpacked && position >= unpacked.Start && position < unpacked.Start + unpacked.Data.Length)
        {
            return Copy(unpacked.Data.AsSpan((int)(position - unpacked.Start)), buffer);
        }
        var key = new BtrfsKey(inode.Number, BtrfsItemType.FileExtent, (ulong)position);
        var extent = inode.Tree.FindAtOrBefore(key) is { } item && (item.Key.Object, item.Key.Type) == (key.Object, key.Type)
            ? BtrfsExtent.Read(item, volume.Super.SectorSize) : null;
        if (extent is null || extent.Start + extent.Length <= position)
        {
            var next = inode.Tree.Range(key, key with { Offset = ulong.MaxValue }).Select(each => (BtrfsItem?)each).FirstOrDefault();
            return Zeros(buffer, next is { } after ? (long)Math.Min(after.Key.Offset, long.MaxValue) - position : buffer.Length);
        }
        var inside = position - extent.Start;
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
