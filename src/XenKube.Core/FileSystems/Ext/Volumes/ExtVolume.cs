using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Structures;

namespace XenKube.FileSystems.Ext.Volumes;

/// <summary>The tables of a file system: superblock, group descriptors, inodes, each with its checksum checked and kept.</summary>
internal sealed class ExtVolume
{
    private readonly int _descriptorsPerBlock;

    public ExtVolume(ExtSuperblock superblock, BlockStore store)
    {
        Superblock = superblock;
        Store = store;
        ChecksumSeed = superblock.ChecksumSeed;
        NeedsRecovery = superblock.NeedsRecovery;
        _descriptorsPerBlock = superblock.BlockSize / superblock.DescriptorSize;
    }

    public ExtSuperblock Superblock { get; private set; }

    public BlockStore Store { get; }

    public uint ChecksumSeed { get; }

    public int BlockSize => Superblock.BlockSize;

    /// <summary>
    /// True where the journal counts, by the kernel's rule (ext4_load_journal): the flag is in the superblock on the device. A copy of
    /// the superblock in the journal says nothing about that journal.
    /// </summary>
    public bool NeedsRecovery { get; private set; }

    /// <summary>Reads the superblock of a device.</summary>
    public static ExtSuperblock ReadSuperblock(BlockDevice device)
    {
        if (device.Length < ExtSuperblock.Offset + ExtSuperblock.Size)
        {
            throw CorruptImageException.At("superblock", ExtSuperblock.Offset, $"the device ends at {device.Length}").In(device.Name);
        }
        var bytes = new byte[ExtSuperblock.Size];
        device.Read(ExtSuperblock.Offset, bytes);
        try
        {
            return ExtSuperblock.Read(bytes, device.Length);
        }
        catch (XenKubeException e)
        {
            throw e.In(device.Name);
        }
    }

    /// <summary>The superblock's bytes as part of the edit in progress.</summary>
    public Span<byte> ChangeSuperblock() => Store.Change(ExtSuperblock.Offset / BlockSize)
        .AsSpan(ExtSuperblock.Offset % BlockSize, ExtSuperblock.Size);

    /// <summary>The superblock's bytes as they are seen now.</summary>
    public ReadOnlySpan<byte> SuperblockBytes => Store.Read(ExtSuperblock.Offset / BlockSize)
        .AsSpan(ExtSuperblock.Offset % BlockSize, ExtSuperblock.Size);

    /// <summary>The journal is replayed: what is seen is what is in place.</summary>
    public void EndRecovery() => NeedsRecovery = false;

    /// <summary>Takes over the superblock after a replay or a commit has changed its flags, or a resize the count of blocks.</summary>
    public void ReloadSuperblock()
    {
        ExtSuperblock superblock;
        try
        {
            superblock = ExtSuperblock.Read(SuperblockBytes.ToArray(), Store.Device.Length);
        }
        catch (XenKubeException e)
        {
            throw e.In(Store.Device.Name);
        }
        if (!superblock.HasGeometryOf(Superblock))
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, Store.Device.Name, "journal",
                "its copy of the superblock is of another file system");
        }
        Superblock = superblock;
        Store.Resize(superblock.BlockCount);
    }

    public int GroupOfInode(uint inode) => (int)((inode - 1) / (uint)Superblock.InodesPerGroup);

    public int GroupOfBlock(long block) => (int)((block - Superblock.FirstDataBlock) / Superblock.BlocksPerGroup);

    public long FirstBlockOf(int group) => Superblock.FirstDataBlock + (long)group * Superblock.BlocksPerGroup;

    /// <summary>How many blocks the group has; the last one may be short.</summary>
    public int BlocksIn(int group) => (int)Math.Min(Superblock.BlocksPerGroup, Superblock.BlockCount - FirstBlockOf(group));

    public GroupDescriptor ReadGroup(int group)
    {
        var (block, offset) = DescriptorPlace(group);
        var bytes = Store.Read(block).AsSpan(offset, Superblock.DescriptorSize);
        if (Superblock.HasGroupChecksums && GroupDescriptor.StoredChecksum(bytes) != GroupDescriptor.Checksum(Superblock, group, bytes))
        {
            throw Store.Corrupt(string.Create(CultureInfo.InvariantCulture, $"descriptor of group {group}"), block,
                "its checksum is wrong");
        }
        var descriptor = GroupDescriptor.Read(bytes);
        CheckMetadata(descriptor.BlockBitmap, 1, "block bitmap", group, block);
        CheckMetadata(descriptor.InodeBitmap, 1, "inode bitmap", group, block);
        CheckMetadata(descriptor.InodeTable, InodeTableBlocks, "inode table", group, block);
        return descriptor;
    }

    public int InodeTableBlocks => (int)(((long)Superblock.InodesPerGroup * Superblock.InodeSize + BlockSize - 1) / BlockSize);

    /// <summary>The block that holds the descriptor of a group.</summary>
    public long DescriptorBlock(int group) => DescriptorPlace(group).Block;

    public void WriteGroup(int group, GroupDescriptor descriptor)
    {
        var (block, offset) = DescriptorPlace(group);
        var bytes = Store.Change(block).AsSpan(offset, Superblock.DescriptorSize);
        descriptor.Write(bytes);
        if (Superblock.HasGroupChecksums)
        {
            GroupDescriptor.StoreChecksum(bytes, GroupDescriptor.Checksum(Superblock, group, bytes));
        }
    }

    public ExtInode ReadInode(uint number)
    {
        var (block, offset) = InodePlace(number);
        var inode = new ExtInode(number, Store.Read(block).AsSpan(offset, Superblock.InodeSize).ToArray());
        if (inode.Bytes.Length > 128 && (inode.ExtraSize > inode.Bytes.Length - 128 || inode.ExtraSize % 4 != 0))
        {
            throw Store.Corrupt(NameOf(number), block, $"extra size {inode.ExtraSize} is impossible");
        }
        if (Superblock.HasMetadataChecksums)
        {
            var expected = inode.Checksum(ChecksumSeed);
            if (inode.StoredChecksum != expected)
            {
                throw Store.Corrupt(NameOf(number), block, "its checksum is wrong");
            }
        }
        return inode;
    }

    /// <summary>Reads an inode that a directory names: it has to be in use and of a kind that exists.</summary>
    public ExtInode ReadUsedInode(uint number)
    {
        var inode = ReadInode(number);
        if (inode.Links == 0 || !Enum.IsDefined(inode.Type) || inode.Type == InodeType.None)
        {
            throw Store.Corrupt(NameOf(number), InodePlace(number).Block, "a directory names it, but it is not in use");
        }
        return inode;
    }

    public void WriteInode(ExtInode inode)
    {
        if (Superblock.HasMetadataChecksums)
        {
            inode.StoredChecksum = inode.Checksum(ChecksumSeed);
        }
        var (block, offset) = InodePlace(inode.Number);
        inode.Bytes.CopyTo(Store.Change(block).AsSpan(offset));
    }

    /// <summary>Where an inode lies: block and offset in it.</summary>
    public (long Block, int Offset) InodePlace(uint number)
    {
        if (number == 0 || number > Superblock.InodeCount)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, Store.Device.Name, NameOf(number),
                string.Create(CultureInfo.InvariantCulture, $"the file system has {Superblock.InodeCount} inodes"));
        }
        var index = (long)((number - 1) % (uint)Superblock.InodesPerGroup) * Superblock.InodeSize;
        return (ReadGroup(GroupOfInode(number)).InodeTable + index / BlockSize, (int)(index % BlockSize));
    }

    /// <summary>True for groups that hold a copy of the superblock.</summary>
    public bool HasSuperblock(int group)
    {
        if (Superblock.Is(CompatibleFeatures.SparseSuper2))
        {
            return group == 0 || group == Superblock.BackupGroups.First || group == Superblock.BackupGroups.Second;
        }
        return group <= 1 || !Superblock.Is(ReadOnlyFeatures.SparseSuper) || IsPower(group, 3) || IsPower(group, 5) || IsPower(group, 7);
    }

    /// <summary>How many blocks at the start of the group the superblock's copy, the descriptors and their reserve take.</summary>
    public int BaseBlocks(int group)
    {
        var super = HasSuperblock(group) ? 1 : 0;
        var meta = group / _descriptorsPerBlock;
        var table = (Superblock.GroupCount + _descriptorsPerBlock - 1) / _descriptorsPerBlock;
        if (!Superblock.Is(IncompatibleFeatures.MetaBlockGroups) || meta < Superblock.FirstMetaGroup)
        {
            var descriptors = Superblock.Is(IncompatibleFeatures.MetaBlockGroups)
                ? (int)Math.Min(Superblock.FirstMetaGroup, int.MaxValue) : table + Superblock.ReservedDescriptorBlocks;
            return super == 0 ? 0 : 1 + descriptors;
        }
        var first = meta * _descriptorsPerBlock;
        return super + (group == first || group == first + 1 || group == first + _descriptorsPerBlock - 1 ? 1 : 0);
    }

    private (long Block, int Offset) DescriptorPlace(int group)
    {
        var index = group / _descriptorsPerBlock;
        var offset = group % _descriptorsPerBlock * Superblock.DescriptorSize;
        if (!Superblock.Is(IncompatibleFeatures.MetaBlockGroups) || index < Superblock.FirstMetaGroup)
        {
            return (ExtSuperblock.Offset / BlockSize + 1 + index, offset);
        }
        var first = index * _descriptorsPerBlock;
        var super = HasSuperblock(first) ? 1 : 0;
        if (first == 0 && BlockSize == 1024 && Superblock.FirstDataBlock == 0)
        {
            super++;
        }
        return (FirstBlockOf(first) + super, offset);
    }

    private void CheckMetadata(long block, long count, string what, int group, long place)
    {
        if (block <= Superblock.FirstDataBlock || block > Superblock.BlockCount - count)
        {
            throw Store.Corrupt(string.Create(CultureInfo.InvariantCulture, $"descriptor of group {group}"), place,
                string.Create(CultureInfo.InvariantCulture, $"its {what} at block {block} is outside of the file system"));
        }
    }

    private static string NameOf(uint inode) => string.Create(CultureInfo.InvariantCulture, $"inode {inode}");

    private static bool IsPower(int value, int of)
    {
        while (value > 1 && value % of == 0)
        {
            value /= of;
        }
        return value == 1;
    }
}
