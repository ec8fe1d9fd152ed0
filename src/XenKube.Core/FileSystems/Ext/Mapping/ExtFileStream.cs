using XenKube.FileSystems.Ext.Structures;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>A file of the file system as a stream for reading.</summary>
internal sealed class ExtFileStream(ExtContent content, FileMap map, int blockSize, ExtInode inode) : FileContentStream, ISparseStream
{
    // A place that is asked for is looked for in so many pieces. Then the answer is the place that was reached: a hole of no length,
    // after which the next question goes on.
    private const int MostPieces = 1 << 16;

    public override long Length => inode.Size;

    public long NextData(long offset) => Next(offset, isData: true);

    public long NextHole(long offset) => Next(offset, isData: false);

    protected override int ReadAt(long position, Span<byte> buffer) => content.Read(inode, position, buffer);

    private long Next(long offset, bool isData)
    {
        if (inode.Has(InodeFlags.InlineData))
        {
            return isData ? Math.Min(offset, inode.Size) : inode.Size;
        }
        for (var piece = 0; offset < inode.Size && (isData || piece < MostPieces); piece++)
        {
            var run = map.Find(inode, offset / blockSize);
            if ((run.IsHole || run.Unwritten) != isData)
            {
                break;
            }
            // A hole at the end may be longer than numbers of bytes can say.
            offset = run.Count > (inode.Size / blockSize) + 1 ? inode.Size : ((offset / blockSize) + run.Count) * blockSize;
        }
        return Math.Min(offset, inode.Size);
    }
}
