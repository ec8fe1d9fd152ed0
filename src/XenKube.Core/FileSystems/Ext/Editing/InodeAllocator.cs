using System.Globalization;
using XenKube.Checksums;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Takes and gives back inodes in the bitmaps, group descriptors and the superblock.</summary>
internal sealed class InodeAllocator(ExtVolume volume, BlockAllocator blocks)
{
    private readonly HashSet<uint> _taken = [];

    /// <summary>Inodes that the edit in progress took.</summary>
    public IReadOnlySet<uint> Taken => _taken;

    /// <summary>Starts a new edit.</summary>
    public void Begin() => _taken.Clear();

    /// <summary>Takes an inode, if there is one in the group of its directory.</summary>
    public uint Take(int goal, bool isDirectory)
    {
        var groups = volume.Superblock.GroupCount;
        for (var i = 0; i < groups; i++)
        {
            var group = (goal + i) % groups;
            var descriptor = volume.ReadGroup(group);
            if (descriptor.FreeInodes == 0)
            {
                continue;
            }
            var count = volume.Superblock.InodesPerGroup;
            var reserved = group == 0 ? Math.Min((int)Math.Min(volume.Superblock.FirstInode - 1, int.MaxValue), count) : 0;
            var bits = Open(group);
            var index = Bitmap.Next(bits, reserved, count, false);
            if (index >= count)
            {
                continue;
            }
            if (volume.Superblock.HasGroupChecksums && (descriptor.Flags & GroupFlags.BlocksUninitialized) != 0)
            {
                // As the kernel: a group with inodes in use has a block bitmap, too.
                blocks.Open(group);
            }
            Bitmap.Set(bits, index);
            Count(group, bits, -1, isDirectory ? 1 : 0, index);
            var number = (uint)((long)group * count + index + 1);
            _taken.Add(number);
            return number;
        }
        throw new OperationFailedException(ErrorIds.FileSystemFull, volume.Store.Device.Name, null, "the file system has no free inode",
            "Remove files");
    }

    /// <summary>Gives an inode back.</summary>
    public void Free(uint number, bool isDirectory)
    {
        var group = volume.GroupOfInode(number);
        var index = (int)((number - 1) % (uint)volume.Superblock.InodesPerGroup);
        if (number < volume.Superblock.FirstInode)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"inode {number}"), "a reserved inode is used as a file");
        }
        var bits = Open(group);
        if (!Bitmap.Get(bits, index))
        {
            throw volume.Store.Corrupt("inode bitmap", volume.ReadGroup(group).InodeBitmap,
                string.Create(CultureInfo.InvariantCulture, $"inode {number} is in use, but is marked as free"));
        }
        Bitmap.Clear(bits, index);
        _taken.Remove(number);
        Count(group, bits, 1, isDirectory ? -1 : 0, -1);
    }

    private byte[] Open(int group)
    {
        var descriptor = volume.ReadGroup(group);
        if (volume.Superblock.HasGroupChecksums && (descriptor.Flags & GroupFlags.InodesUninitialized) != 0)
        {
            blocks.NewBitmaps.Add(descriptor.InodeBitmap);
            var fresh = volume.Store.Create(descriptor.InodeBitmap);
            Bitmap.SetRange(fresh, volume.Superblock.InodesPerGroup, fresh.Length * 8);
            volume.WriteGroup(group, descriptor with
            {
                Flags = descriptor.Flags & ~GroupFlags.InodesUninitialized,
                UnusedInodes = volume.Superblock.InodesPerGroup,
                InodeBitmapChecksum = Checksum(fresh, descriptor),
            });
            return fresh;
        }
        var bits = volume.Store.Change(descriptor.InodeBitmap);
        if (volume.Superblock.HasMetadataChecksums && descriptor.InodeBitmapChecksum != Checksum(bits, descriptor))
        {
            throw volume.Store.Corrupt(string.Create(CultureInfo.InvariantCulture, $"inode bitmap of group {group}"),
                descriptor.InodeBitmap, "its checksum is wrong");
        }
        return bits;
    }

    private void Count(int group, byte[] bits, int freed, int directories, int usedIndex)
    {
        var descriptor = volume.ReadGroup(group);
        var superblock = volume.ChangeSuperblock();
        var total = (long)ExtSuperblock.FreeInodes(superblock) + freed;
        if (descriptor.FreeInodes + freed < 0 || total < 0 || descriptor.UsedDirectories + directories < 0)
        {
            throw volume.Store.Corrupt("inode bitmap", descriptor.InodeBitmap, "the count of free inodes does not agree with it");
        }
        ExtSuperblock.SetFreeInodes(superblock, (uint)total);
        var unused = descriptor.UnusedInodes;
        if (usedIndex >= 0 && volume.Superblock.HasGroupChecksums)
        {
            unused = Math.Min(unused, volume.Superblock.InodesPerGroup - usedIndex - 1);
        }
        volume.WriteGroup(group, descriptor with
        {
            FreeInodes = descriptor.FreeInodes + freed,
            UsedDirectories = descriptor.UsedDirectories + directories,
            UnusedInodes = unused,
            InodeBitmapChecksum = Checksum(bits, descriptor),
        });
    }

    private uint Checksum(byte[] bits, GroupDescriptor descriptor)
    {
        if (!volume.Superblock.HasMetadataChecksums)
        {
            return descriptor.InodeBitmapChecksum;
        }
        var crc = Crc32C.Append(volume.ChecksumSeed, bits.AsSpan(0, volume.Superblock.InodesPerGroup / 8));
        return volume.Superblock.DescriptorSize >= 64 ? crc : crc & 0xFFFF;
    }
}
