using System.Globalization;
using XenKube.Checksums;
using XenKube.FileSystems.Ext.Structures;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>The bitmaps that say which blocks are free.</summary>
internal sealed partial class BlockAllocator
{
    /// <summary>The bitmap of a group, made if it does not exist yet, as part of the edit.</summary>
    public byte[] Open(int group)
    {
        var descriptor = volume.ReadGroup(group);
        if (IsFresh(descriptor))
        {
            var fresh = Fresh(group);
            _before.TryAdd(group, (byte[])fresh.Clone());
            NewBitmaps.Add(descriptor.BlockBitmap);
            var bits = volume.Store.Create(descriptor.BlockBitmap);
            fresh.CopyTo(bits, 0);
            volume.WriteGroup(group, descriptor with
            {
                Flags = descriptor.Flags & ~GroupFlags.BlocksUninitialized,
                BlockBitmapChecksum = Checksum(bits, descriptor),
            });
            return bits;
        }
        if (!_before.ContainsKey(group))
        {
            _before[group] = (byte[])Verified(group, descriptor).Clone();
        }
        return volume.Store.Change(descriptor.BlockBitmap);
    }

    private bool IsFresh(GroupDescriptor descriptor) =>
        volume.Superblock.HasGroupChecksums && (descriptor.Flags & GroupFlags.BlocksUninitialized) != 0;

    // What the bitmap of a group without one would be: only the file system's own tables are in use.
    private byte[] Fresh(int group)
    {
        var bits = new byte[volume.BlockSize];
        Bitmap.SetRange(bits, 0, Math.Min(volume.BaseBlocks(group), volume.BlocksIn(group)));
        var first = volume.FirstBlockOf(group);
        foreach (var (start, count, _) in Structures(group))
        {
            var from = Math.Max(start, first) - first;
            var to = Math.Min(start + count, first + volume.BlocksIn(group)) - first;
            if (from < to)
            {
                Bitmap.SetRange(bits, (int)from, (int)to);
            }
        }
        Bitmap.SetRange(bits, volume.BlocksIn(group), bits.Length * 8);
        return bits;
    }

    private byte[] Verified(int group, GroupDescriptor descriptor)
    {
        var bits = volume.Store.Read(descriptor.BlockBitmap);
        if (volume.Superblock.HasMetadataChecksums && descriptor.BlockBitmapChecksum != Checksum(bits, descriptor))
        {
            throw volume.Store.Corrupt(string.Create(CultureInfo.InvariantCulture, $"block bitmap of group {group}"),
                descriptor.BlockBitmap, "its checksum is wrong");
        }
        return bits;
    }

    private uint Checksum(byte[] bits, GroupDescriptor descriptor)
    {
        if (!volume.Superblock.HasMetadataChecksums)
        {
            return descriptor.BlockBitmapChecksum;
        }
        var crc = Crc32C.Append(volume.ChecksumSeed, bits.AsSpan(0, volume.Superblock.ClustersPerGroup / 8));
        return volume.Superblock.DescriptorSize >= 64 ? crc : crc & 0xFFFF;
    }

    private void Count(int group, byte[] bits, int freed)
    {
        var descriptor = volume.ReadGroup(group);
        var superblock = volume.ChangeSuperblock();
        var wide = volume.Superblock.Is(IncompatibleFeatures.SixtyFourBit);
        var total = ExtSuperblock.FreeBlocks(superblock, wide) + freed;
        if (descriptor.FreeBlocks + freed < 0 || total < 0)
        {
            throw volume.Store.Corrupt("block bitmap", descriptor.BlockBitmap, "the count of free blocks does not agree with it");
        }
        ExtSuperblock.SetFreeBlocks(superblock, wide, total);
        volume.WriteGroup(group, descriptor with { FreeBlocks = descriptor.FreeBlocks + freed,
            BlockBitmapChecksum = Checksum(bits, descriptor) });
    }
}
