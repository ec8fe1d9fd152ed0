using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>What changes the tables of a file system in memory: blocks, inodes, maps, directories, contents, names.</summary>
internal sealed class EditTables
{
    public EditTables(ExtVolume volume, FileMap map, ExtAttributes attributes, ExtContent content, ExtDirectory directories,
        PathWalker walker)
    {
        Blocks = new BlockAllocator(volume);
        Inodes = new InodeAllocator(volume, Blocks);
        OldContents = new OldContents(volume, Inodes);
        var maps = new FileMapEditor(volume, map, Blocks);
        Entries = new DirectoryEditor(volume, directories, attributes, maps, Blocks);
        Files = new FileEditor(volume, map, content, maps, Blocks, Entries, OldContents);
        Streams = new FileStreamEditor(volume, map, maps, Blocks, Files, Entries, OldContents);
        Attributes = new AttributeEditor(volume, attributes, Blocks);
        Remover = new InodeRemover(volume, map, attributes, maps, Inodes, Attributes, OldContents);
        Creator = new InodeCreator(volume, Inodes, maps, Attributes);
        Names = new NameEditor(volume, content, directories, walker, Entries, Remover);
    }

    public BlockAllocator Blocks { get; }

    public InodeAllocator Inodes { get; }

    public OldContents OldContents { get; }

    public DirectoryEditor Entries { get; }

    public FileEditor Files { get; }

    public FileStreamEditor Streams { get; }

    public AttributeEditor Attributes { get; }

    public InodeRemover Remover { get; }

    public InodeCreator Creator { get; }

    public NameEditor Names { get; }

    /// <summary>Starts a new edit.</summary>
    public void Begin()
    {
        Blocks.Begin();
        Inodes.Begin();
        Entries.Begin();
    }
}
