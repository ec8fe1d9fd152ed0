using System.Globalization;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Takes links off inodes and gives back what those without one hold.</summary>
internal sealed class InodeRemover(
    ExtVolume volume, FileMap map, ExtAttributes attributes, FileMapEditor maps, InodeAllocator inodes, AttributeEditor editor,
    OldContents oldContents)
{
    /// <summary>Takes links off; with the last one the inode and its blocks are free, or an orphan where they are many.</summary>
    public void Release(ExtInode inode, int links, DateTime now)
    {
        inode.SetChanged(now);
        if (inode.Links > links)
        {
            inode.Links -= (ushort)links;
            volume.WriteInode(inode);
            return;
        }
        if (inode.IsFile && oldContents.IsLarge(map.Collect(inode)))
        {
            RefuseAttributeInodes(inode);
            oldContents.Orphan(inode);
            return;
        }
        Delete(inode, now);
    }

    /// <summary>Gives back an inode, its blocks and its share in an attribute block.</summary>
    public void Delete(ExtInode inode, DateTime now)
    {
        RefuseAttributeInodes(inode);
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

    private void RefuseAttributeInodes(ExtInode inode)
    {
        if (attributes.ReadBody(inode).Concat(attributes.ReadBlock(inode)).Any(entry => entry.ValueInode != 0))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"inode {inode.Number}"),
                "ea_inode (removing a file with an attribute of that kind)");
        }
    }
}
