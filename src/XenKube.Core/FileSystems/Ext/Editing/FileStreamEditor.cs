using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Replaces the content of a file by that of a stream, in a constant amount of memory. The new content is written to free blocks
/// while it is read; until the edit commits, nothing refers to them.
/// </summary>
internal sealed class FileStreamEditor(ExtVolume volume, FileMap map, FileMapEditor maps, BlockAllocator allocator, FileEditor files,
    DirectoryEditor entries, OldContents oldContents)
{
    /// <summary>Content up to this size is taken as a whole: on a full disk it can go through the journal.</summary>
    private const int LargestWhole = 4 << 20;

    private const int PartSize = 1 << 20;

    /// <summary>Replaces all of a file.</summary>
    public void Replace(ExtInode inode, Stream content, CancellationToken cancellationToken)
    {
        if (ReadWhole(content, cancellationToken) is { } whole)
        {
            files.Replace(inode, whole.Span);
            return;
        }
        var old = map.Collect(inode);
        if (inode.Has(InodeFlags.InlineData))
        {
            entries.DropInlineData(inode);
        }
        var runs = new List<BlockRun>();
        var length = Write(content, runs, volume.GroupOfInode(inode.Number), cancellationToken);
        var isLarge = oldContents.IsLarge(old);
        if (isLarge)
        {
            oldContents.HandOver(inode, old);
        }
        maps.Write(inode, runs, old.Total);
        if (!isLarge)
        {
            maps.Release(old);
        }
        files.SetSize(inode, length);
    }

    private static Memory<byte>? ReadWhole(Stream content, CancellationToken cancellationToken)
    {
        if (!content.CanSeek || content.Length - content.Position > LargestWhole || HasHole(content))
        {
            return null;
        }
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = new byte[content.Length - content.Position];
        return content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? bytes : throw SparseReader.Shorter();
    }

    private static bool HasHole(Stream content) =>
        SparseReader.HolesOf(content) is { } sparse && (sparse.NextData(0) > 0 || sparse.NextHole(0) < content.Length);

    private long Write(Stream content, List<BlockRun> runs, int goal, CancellationToken cancellationToken)
    {
        var size = volume.BlockSize;
        var reader = new SparseReader(content, size, PartSize);
        while (reader.TryRead(out var offset, out var part))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = (part.Length + size - 1) / size;
            var first = offset / size;
            if (first + count > FileMap.MaximumBlocks)
            {
                throw new OperationFailedException(ErrorIds.FileTooLarge, volume.Store.Device.Name, null,
                    "a file cannot have more than 2^32 blocks");
            }
            var taken = allocator.TryTake(count, goal, mayReuse: false) ?? throw allocator.Full();
            var blocks = Padded(part, count * size);
            foreach (var run in taken)
            {
                volume.Store.WriteData(run.Physical, blocks.Span.Slice((int)run.Logical * size, (int)run.Count * size));
                Add(runs, run with { Logical = first + run.Logical });
                goal = volume.GroupOfBlock(run.Physical);
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        return reader.Length;
    }

    private static Memory<byte> Padded(Memory<byte> part, int length)
    {
        if (part.Length == length)
        {
            return part;
        }
        var padded = new byte[length];
        part.CopyTo(padded);
        return padded;
    }

    private static void Add(List<BlockRun> runs, BlockRun run)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.End == run.Logical && last.Physical + last.Count == run.Physical)
        {
            runs[^1] = last with { Count = last.Count + run.Count };
        }
        else
        {
            runs.Add(run);
        }
    }
}
