using System.Buffers.Binary;
using System.Globalization;
using XenKube.Checksums;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Finishes what was begun when the file system was last in use: files that were removed while open are deleted, files
/// that were being truncated are cut. The kernel does it at a mount, after the replay.
/// </summary>
internal sealed class OrphanCleaner(ExtVolume volume, FileMap map, EditTables tables)
{
    private const uint OrphanBlockMagic = 0x0B10CA04;

    /// <summary>True where there is something to finish.</summary>
    public bool HasWork => ExtSuperblock.LastOrphan(volume.SuperblockBytes) != 0 || volume.Superblock.Is(ReadOnlyFeatures.OrphanPresent);

    /// <summary>Makes the changes of an edit that finishes it all.</summary>
    public void Clean(DateTime now)
    {
        var seen = new HashSet<uint>();
        foreach (var number in Listed().ToList())
        {
            seen.Add(number);
            var inode = volume.ReadInode(number);
            inode.DeletionTime = 0;
            Finish(inode, now);
        }
        ExtSuperblock.SetLastOrphan(volume.ChangeSuperblock(), 0);
        if (volume.Superblock.Is(ReadOnlyFeatures.OrphanPresent))
        {
            CleanFile(now, seen);
            ExtSuperblock.SetOrphanPresent(volume.ChangeSuperblock(), false);
        }
    }

    /// <summary>The orphans of the list, which runs through the deletion times of the inodes.</summary>
    public IEnumerable<uint> Listed()
    {
        var seen = new HashSet<uint>();
        for (var number = ExtSuperblock.LastOrphan(volume.SuperblockBytes); number != 0; number = volume.ReadInode(number).DeletionTime)
        {
            if (!seen.Add(number))
            {
                throw Broken(number, "the list of orphans runs in a circle");
            }
            RefuseMany(seen.Count);
            yield return number;
        }
    }

    /// <summary>The orphans in the orphan file.</summary>
    public IEnumerable<uint> InFile()
    {
        if (!volume.Superblock.Is(ReadOnlyFeatures.OrphanPresent))
        {
            yield break;
        }
        var count = 0;
        foreach (var (_, _, number) in Entries(File))
        {
            RefuseMany(++count);
            yield return number;
        }
    }

    private ExtInode File => volume.ReadInode(volume.Superblock.OrphanFileInode);

    private IEnumerable<(long Block, int Index, uint Number)> Entries(ExtInode file)
    {
        foreach (var run in map.Collect(file).Runs)
        {
            for (var block = run.Physical; block < run.Physical + run.Count; block++)
            {
                var bytes = volume.Store.Read(block);
                var tail = bytes.AsSpan(bytes.Length - 8);
                if (BinaryPrimitives.ReadUInt32LittleEndian(tail) != OrphanBlockMagic
                    || (volume.Superblock.HasMetadataChecksums
                        && BinaryPrimitives.ReadUInt32LittleEndian(tail[4..]) != Checksum(file, block, bytes)))
                {
                    throw volume.Store.Corrupt("orphan file", block, "its checksum or magic number is wrong");
                }
                for (var i = 0; i < (bytes.Length - 8) / 4; i++)
                {
                    if (BinaryPrimitives.ReadUInt32LittleEndian(volume.Store.Read(block).AsSpan(i * 4)) is not 0 and var number)
                    {
                        yield return (block, i, number);
                    }
                }
            }
        }
    }

    private void CleanFile(DateTime now, HashSet<uint> seen)
    {
        var file = File;
        var changed = new HashSet<long>();
        foreach (var (block, index, number) in Entries(file))
        {
            if (!seen.Add(number))
            {
                throw Broken(number, "it is an orphan twice");
            }
            RefuseMany(seen.Count);
            BinaryPrimitives.WriteUInt32LittleEndian(volume.Store.Change(block).AsSpan(index * 4), 0);
            changed.Add(block);
            Finish(volume.ReadInode(number), now);
        }
        if (volume.Superblock.HasMetadataChecksums)
        {
            foreach (var block in changed)
            {
                var bytes = volume.Store.Change(block);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Checksum(file, block, bytes));
            }
        }
    }

    private void RefuseMany(int count)
    {
        if (count > ImageLimits.Orphans)
        {
            throw ImageLimits.Exceeded(volume.Store.Device.Name, "orphans",
                $"there are more than {ImageLimits.Text(ImageLimits.Orphans)} of them");
        }
    }

    private void Finish(ExtInode inode, DateTime now)
    {
        if (inode.Number < volume.Superblock.FirstInode)
        {
            throw Broken(inode.Number, "a reserved inode is an orphan");
        }
        if (inode.Links == 0)
        {
            tables.Remover.Delete(inode, now);
            return;
        }
        if (inode.IsFile && !inode.Has(InodeFlags.InlineData))
        {
            if (volume.Superblock.HasJournal)
            {
                // The blocks after the end are given back already.
                tables.Files.ClearAfterEnd(inode);
            }
            else
            {
                tables.Files.CutBlocksAfterEnd(inode);
            }
        }
        volume.WriteInode(inode);
    }

    private uint Checksum(ExtInode file, long block, byte[] bytes) =>
        Crc32C.Append(Crc32C.Append(file.Seed(volume.ChecksumSeed), (ulong)block), bytes.AsSpan(0, bytes.Length - 8));

    private CorruptImageException Broken(uint inode, string reason) =>
        new(ErrorIds.CorruptImage, volume.Store.Device.Name, string.Create(CultureInfo.InvariantCulture, $"inode {inode}"), reason);
}
