using XenKube.Checksums;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Contents that an edit replaces or removes and that are too large to be given back by the same transaction. They go to an inode
/// without a name, in the list of orphans: <see cref="EditCommitter.FinishOrphans"/> gives them back in several transactions, and a mount
/// or e2fsck does after a crash.
/// </summary>
internal sealed class OldContents(ExtVolume volume, InodeAllocator inodes)
{
    /// <summary>How many blocks of bitmaps and descriptors an edit may change to give contents back.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>True where the blocks of a file are in too many groups to be given back by one transaction.</summary>
    public bool IsLarge(MappedBlocks content)
    {
        if (content.Runs.Count + content.MapBlocks.Count == 0 || 2L * volume.Superblock.GroupCount <= Limit)
        {
            return false;
        }
        var (groups, descriptors) = (new HashSet<int>(), new HashSet<long>());
        var blocks = content.Runs.Select(run => (run.Physical, run.Count)).Concat(content.MapBlocks.Select(block => (block, 1L)));
        foreach (var (first, count) in blocks)
        {
            volume.Store.Check(first, count);
            for (var group = volume.GroupOfBlock(first); group <= volume.GroupOfBlock(first + count - 1); group++)
            {
                if (groups.Add(group))
                {
                    descriptors.Add(volume.DescriptorBlock(group));
                    if (groups.Count + descriptors.Count > Limit)
                    {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /// <summary>Puts an inode whose last name is gone into the list of orphans.</summary>
    public void Orphan(ExtInode inode)
    {
        inode.Links = 0;
        var superblock = volume.ChangeSuperblock();
        inode.DeletionTime = ExtSuperblock.LastOrphan(superblock);
        ExtSuperblock.SetLastOrphan(superblock, inode.Number);
        volume.WriteInode(inode);
    }

    /// <summary>
    /// Hands the content of a file to a new inode in the list of orphans. The map of the file is the caller's to write again.
    /// </summary>
    /// <returns>The new inode.</returns>
    public ExtInode HandOver(ExtInode inode, MappedBlocks content)
    {
        var orphan = new ExtInode(inodes.Take(volume.GroupOfInode(inode.Number), isDirectory: false), (byte[])inode.Bytes.Clone());
        if (orphan.Bytes.Length > ExtInode.CoreSize)
        {
            orphan.Bytes.AsSpan(ExtInode.CoreSize + orphan.ExtraSize).Clear();
        }
        orphan.AttributeBlock = 0;
        orphan.Flags &= InodeFlags.Extents | InodeFlags.HugeFile;
        orphan.StoredBlocks = content.Total * (orphan.Has(InodeFlags.HugeFile) ? 1 : volume.BlockSize / 512);
        if (volume.Superblock.HasMetadataChecksums)
        {
            // The checksums in the blocks of the map begin with number and generation of the inode: with this generation they stay right.
            orphan.Generation = Crc32C.Solve(Crc32C.Append(volume.ChecksumSeed, orphan.Number), inode.Seed(volume.ChecksumSeed));
        }
        Orphan(orphan);
        return orphan;
    }
}
