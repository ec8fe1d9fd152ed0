using System.Globalization;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Takes links off inodes and gives back what those without one hold.</summary>
internal sealed class InodeRemover(
    ExtVolume volume, FileMap map, ExtAttributes attributes, FileMapEditor maps, InodeAllocator inodes, AttributeEditor editor)
{
    /// <summary>Takes links off; with the last one the inode and its blocks are free.</summary>
    public void Release(ExtInode inode, int links, DateTime now)
    {
        inode.SetChanged(now);
        if (inode.Links > links)
        {
            inode.Links -= (ushort)links;
            volume.WriteInode(inode);
            return;
        }
        Delete(inode, now);
    }

    /// <summary>Puts an inode whose last name is gone into the list of orphans: what it holds is given back later.</summary>
    public void Orphan(ExtInode inode, DateTime now)
    {
        inode.SetChanged(now);
        inode.Links = 0;
        var superblock = volume.ChangeSuperblock();
        inode.DeletionTime = ExtSuperblock.LastOrphan(superblock);
        ExtSuperblock.SetLastOrphan(superblock, inode.Number);
        volume.WriteInode(inode);
    }

    /// <summary>Gives back an inode, its blocks and its share in an attribute block.</summary>
    public void Delete(ExtInode inode, DateTime now)
    {
        if (attributes.ReadBody(inode).Concat(attributes.ReadBlock(inode)).Any(entry => entry.ValueInode != 0))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"inode {inode.Number}"),
                "ea_inode (removing a file with an attribute of that kind)");
        }
        var isDirectory = inode.IsDirectory;
        maps.Release(map.Collect(inode));
        editor.Release(inode);
        inode.Map.Clear();
        inode.Size = 0;
        inode.StoredBlocks = 0;
        inode.AttributeBlock = 0;
        inode.Links = 0;
        inode.Flags &= ~(InodeFlags.InlineData | InodeFlags.Extents | InodeFlags.Indexed | InodeFlags.HugeFile);
        inode.DeletionTime = (uint)Math.Max(1, (now - DateTime.UnixEpoch).TotalSeconds);
        volume.WriteInode(inode);
        inodes.Free(inode.Number, isDirectory);
    }
}
