using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Writes the names of a directory and a new one into new blocks, as a plain list. The old blocks stay as they are until the
/// inode points to the new ones, which is one sector: the one way to change much of a directory without a journal.
/// </summary>
internal sealed class DirectoryListEditor(ExtVolume volume, ExtDirectory directories, DirectoryEditor editor, FileMapEditor maps,
    BlockAllocator allocator)
{
    public void Write(ExtInode directory, ReadOnlySpan<byte> name, uint inode, EntryKind kind)
    {
        var old = maps.Collect(directory);
        var runs = new List<BlockRun>();
        var bytes = Array.Empty<byte>();
        var (at, last) = (0, 0);
        foreach (var block in directories.Blocks(directory))
        {
            for (var offset = 0; offset < block.End;)
            {
                var entry = directories.ReadEntry(directory, block, offset);
                if (entry.Inode != 0)
                {
                    Add(entry.Name(block.Bytes), entry.Inode, entry.Kind);
                }
                offset += entry.Length;
            }
        }
        Add(name, inode, kind);
        End();
        directory.Flags &= ~InodeFlags.Indexed;
        maps.Write(directory, runs, old.Total);
        maps.Release(old);
        directory.Size = (long)runs.Count * volume.BlockSize;
        editor.HasMovedNames = true;

        void Add(ReadOnlySpan<byte> entryName, uint entryInode, EntryKind entryKind)
        {
            var length = DirectoryEntry.Needed(entryName.Length);
            if (bytes.Length == 0 || at + length > bytes.Length - editor.TailSize)
            {
                End();
                var block = allocator.TakeOne(volume.GroupOfInode(directory.Number));
                bytes = volume.Store.Create(block);
                runs.Add(new BlockRun(runs.Count, block, 1));
                at = 0;
            }
            DirectoryEntry.Write(bytes, at, length, entryInode, entryName, entryKind);
            (last, at) = (at, at + length);
        }

        void End()
        {
            if (bytes.Length > 0)
            {
                DirectoryEntry.WriteLength(bytes, last, bytes.Length - editor.TailSize - last);
                editor.Seal(directory, bytes);
            }
        }
    }
}
