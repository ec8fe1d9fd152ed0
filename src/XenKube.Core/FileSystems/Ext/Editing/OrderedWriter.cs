using XenKube.FileSystems.Ext.Journal;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Writes an edit of a file system without a journal, in an order that leaves at worst blocks or an inode marked as used
/// that nothing uses, if it is cut off: first the blocks that nothing points to yet, then the few bytes that put it into effect, then
/// what is free because of it. While that goes on the file system is marked as not cleanly unmounted.
/// </summary>
internal sealed class OrderedWriter(ExtVolume volume, BlockAllocator blocks, InodeAllocator inodes, DirectoryEditor directories)
{
    /// <summary>True once the edit has begun to be written.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Writes the edit in progress.</summary>
    /// <param name="nowUtc">The time of the edit.</param>
    /// <param name="inodesFirst">True for a removal: the inode has to go before its name does, else it would be found without one.</param>
    public void Commit(DateTime nowUtc, bool inodesFirst)
    {
        var store = volume.Store;
        var superblock = volume.ChangeSuperblock();
        ExtSuperblock.SetWriteTime(superblock, (long)(nowUtc - DateTime.UnixEpoch).TotalSeconds);
        ExtSuperblock.SetClean(superblock, false);
        volume.Superblock.Seal(superblock);
        var superblockAt = ExtSuperblock.Offset / (long)volume.BlockSize;
        var kinds = Classify();
        var changed = store.Changed.Where(pair => pair.Key != superblockAt).OrderBy(pair => pair.Key).ToList();

        HasWritten = true;
        WriteSuperblock();
        DataWriter.Write(store);
        DataWriter.Write(store, changed.Where(pair => kinds(pair.Key) == Kind.New));
        DataWriter.Write(store, changed.Where(pair => kinds(pair.Key) == Kind.Bitmap).Select(Union));
        DataWriter.Write(store, changed.Where(pair => kinds(pair.Key) == Kind.Descriptors));
        store.Device.Flush();

        var others = changed.Where(pair => kinds(pair.Key) == Kind.Other).ToList();
        if (inodes.Taken.Count > 0 || others.Count > 0)
        {
            DataWriter.Write(store, others);
            DataWriter.Write(store, changed.Where(pair => kinds(pair.Key) == Kind.Inodes)
                .Select(table => WithNewInodes(table, (byte[])store.ReadCommitted(table.Key).Clone())));
            store.Device.Flush();
        }
        foreach (var kind in inodesFirst ? [Kind.Inodes, Kind.Directory] : (Kind[])[Kind.Directory, Kind.Inodes])
        {
            var these = changed.Where(pair => kinds(pair.Key) == kind).ToList();
            if (kind == Kind.Directory && these.Exists(pair => directories.Switches.ContainsKey(pair.Key)))
            {
                DataWriter.Write(store, these.Select(WithoutSwitch));
                store.Device.Flush();
            }
            if (kind == Kind.Inodes && directories.HasMovedNames && inodes.Taken.Count > 0)
            {
                // The directory's inode is what makes the name count; the new inode's links have to come after it.
                DataWriter.Write(store, these.Select(table => WithNewInodes(table, (byte[])table.Value.Clone())));
                store.Device.Flush();
            }
            DataWriter.Write(store, these);
            store.Device.Flush();
        }
        DataWriter.Write(store, changed.Where(pair => kinds(pair.Key) is Kind.Bitmap or Kind.Descriptors));
        store.Device.Flush();
        ExtSuperblock.SetClean(volume.ChangeSuperblock(), true);
        volume.Superblock.Seal(volume.ChangeSuperblock());
        WriteSuperblock();
        store.Device.Flush();
        store.Accept();
    }

    private void WriteSuperblock() => volume.Store.Device.Write(ExtSuperblock.Offset, volume.SuperblockBytes[..ExtSuperblock.SectorSize]);

    private enum Kind
    {
        Other,
        New,
        Bitmap,
        Descriptors,
        Inodes,
        Directory,
    }

    private Func<long, Kind> Classify()
    {
        var kinds = new Dictionary<long, Kind>();
        for (var group = 0; group < volume.Superblock.GroupCount; group++)
        {
            var descriptor = volume.ReadGroup(group);
            kinds[descriptor.BlockBitmap] = Kind.Bitmap;
            kinds[descriptor.InodeBitmap] = Kind.Bitmap;
            kinds[volume.DescriptorBlock(group)] = Kind.Descriptors;
            foreach (var block in volume.Store.Changed.Keys)
            {
                if (block >= descriptor.InodeTable && block < descriptor.InodeTable + volume.InodeTableBlocks)
                {
                    kinds[block] = Kind.Inodes;
                }
            }
        }
        foreach (var block in directories.Switches.Keys)
        {
            kinds[block] = Kind.Directory;
        }
        return block => blocks.WasFree(block) ? Kind.New : kinds.GetValueOrDefault(block);
    }

    // In use is what was in use before or will be.
    private KeyValuePair<long, byte[]> Union(KeyValuePair<long, byte[]> bitmap)
    {
        var union = (byte[])bitmap.Value.Clone();
        if (blocks.NewBitmaps.Contains(bitmap.Key))
        {
            return new(bitmap.Key, union);
        }
        var before = volume.Store.ReadCommitted(bitmap.Key);
        for (var i = 0; i < union.Length; i++)
        {
            union[i] |= before[i];
        }
        return new(bitmap.Key, union);
    }

    // The new inodes of a table in bytes that hold the others as they are to be.
    private KeyValuePair<long, byte[]> WithNewInodes(KeyValuePair<long, byte[]> table, byte[] bytes)
    {
        foreach (var inode in inodes.Taken)
        {
            var (block, offset) = volume.InodePlace(inode);
            if (block == table.Key)
            {
                // Without links it is taken as deleted until the last step: a name that leads to it too early is cleared by
                // e2fsck, where an inode that no name leads to would be put into lost+found.
                var unlinked = new ExtInode(inode, table.Value.AsSpan(offset, volume.Superblock.InodeSize).ToArray())
                    { Links = 0, DeletionTime = 1 };
                if (volume.Superblock.HasMetadataChecksums)
                {
                    unlinked.StoredChecksum = unlinked.Checksum(volume.ChecksumSeed);
                }
                unlinked.Bytes.CopyTo(bytes, offset);
            }
        }
        return new(table.Key, bytes);
    }

    private KeyValuePair<long, byte[]> WithoutSwitch(KeyValuePair<long, byte[]> block)
    {
        if (!directories.Switches.TryGetValue(block.Key, out var place))
        {
            return block;
        }
        var bytes = (byte[])block.Value.Clone();
        volume.Store.ReadCommitted(block.Key).AsSpan(place.Offset, place.Length).CopyTo(bytes.AsSpan(place.Offset));
        return new(block.Key, bytes);
    }
}
