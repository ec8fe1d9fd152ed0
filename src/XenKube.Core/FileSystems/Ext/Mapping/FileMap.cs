using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>Where the blocks of a file lie, by extents or by block pointers.</summary>
internal sealed class FileMap(ExtVolume volume)
{
    /// <summary>The longest file there can be, in blocks.</summary>
    public const long MaximumBlocks = 1L << 32;

    private readonly ExtentTree _extents = new(volume);
    private readonly BlockPointers _pointers = new(volume);

    /// <summary>The run that holds a logical block, cut so that it begins there; a hole where there is none.</summary>
    public BlockRun Find(ExtInode inode, long logical)
    {
        if (logical < 0 || logical >= MaximumBlocks)
        {
            return new BlockRun(logical, 0, long.MaxValue - logical);
        }
        return inode.Has(InodeFlags.Extents) ? _extents.Find(inode, logical) : _pointers.Find(inode, logical);
    }

    /// <summary>All runs of a file in their order, without holes, and the blocks that the map itself takes.</summary>
    public MappedBlocks Collect(ExtInode inode)
    {
        var all = new MappedBlocks(volume.Superblock.BlockCount, volume.Store.Device.Name, inode.Number);
        if (inode.Has(InodeFlags.InlineData) || !HasMap(inode))
        {
            return all;
        }
        if (inode.Has(InodeFlags.Extents))
        {
            _extents.Collect(inode, all);
        }
        else
        {
            _pointers.Collect(inode, all);
        }
        return all;
    }

    /// <summary>False for devices, pipes, sockets, and for links that keep their target where the map would be.</summary>
    public bool HasMap(ExtInode inode) => inode.Type switch
    {
        InodeType.RegularFile or InodeType.Directory => true,
        InodeType.SymbolicLink => !IsFastLink(inode),
        _ => false,
    };

    /// <summary>True for a symbolic link whose target is stored in the inode.</summary>
    public bool IsFastLink(ExtInode inode)
    {
        if (inode.Has(InodeFlags.InlineData))
        {
            return false;
        }
        long sectorsOfAttributes = inode.AttributeBlock == 0 ? 0 : volume.BlockSize / 512 * (long)volume.Superblock.ClusterRatio;
        return inode.StoredBlocks - sectorsOfAttributes == 0 && inode.Size < ExtInode.MapSize;
    }
}
