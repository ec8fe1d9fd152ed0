using System.Globalization;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Changes the extended attributes of inodes: in the inode where they fit, else in a block of their own.</summary>
internal sealed class AttributeEditor(ExtVolume volume, ExtAttributes attributes, BlockAllocator blocks)
{
    /// <summary>Replaces all attributes. The inode is the caller's to write.</summary>
    /// <param name="inode">The inode.</param>
    /// <param name="values">The new attributes by their full names.</param>
    public void Replace(ExtInode inode, IReadOnlyDictionary<string, byte[]> values)
    {
        var kept = attributes.ReadBody(inode);
        if (kept.Concat(attributes.ReadBlock(inode)).Any(entry => entry.ValueInode != 0))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, NameOf(inode),
                "ea_inode (changing the attributes of a file with one of that kind)");
        }
        var wanted = values.Select(pair => AttributeEntry.Of(pair.Key, pair.Value)
            ?? throw new UnsupportedFeatureException(volume.Store.Device.Name, NameOf(inode),
                $"the extended attribute '{Printable.Of(pair.Key)}'")).ToList();
        if (wanted.Count > 0 && !volume.Superblock.Is(CompatibleFeatures.ExtendedAttributes))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, "superblock", "extended attributes without ext_attr");
        }
        Release(inode);
        var inline = kept.FindAll(entry => entry.IsInlineData);
        if (ExtAttributes.TryWriteBody(inode, [.. inline, .. wanted]))
        {
            return;
        }
        ExtAttributes.TryWriteBody(inode, inline);
        var block = blocks.TakeOne(volume.GroupOfInode(inode.Number));
        if (!attributes.TryCreateBlock(block, wanted))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, NameOf(inode),
                "extended attributes that need more than one block");
        }
        inode.AttributeBlock = block;
        inode.StoredBlocks += SectorsPerBlock(inode);
    }

    /// <summary>The value of an attribute; null where the inode has none of that name.</summary>
    public byte[]? Find(ExtInode inode, string name) =>
        attributes.ReadBody(inode).Concat(attributes.ReadBlock(inode))
            .FirstOrDefault(entry => entry.FullName == name && entry.ValueInode == 0)?.Value.ToArray();

    /// <summary>Gives back an inode's share in its attribute block.</summary>
    public void Release(ExtInode inode)
    {
        var block = inode.AttributeBlock;
        if (block == 0)
        {
            return;
        }
        var references = attributes.References(block);
        if (references > 1)
        {
            attributes.SetReferences(block, references - 1);
        }
        else
        {
            blocks.Free(block, 1);
        }
        inode.AttributeBlock = 0;
        inode.StoredBlocks = Math.Max(0, inode.StoredBlocks - SectorsPerBlock(inode));
    }

    private long SectorsPerBlock(ExtInode inode) => inode.Has(InodeFlags.HugeFile) ? 1 : volume.BlockSize / 512;

    private static string NameOf(ExtInode inode) => string.Create(CultureInfo.InvariantCulture, $"inode {inode.Number}");
}
