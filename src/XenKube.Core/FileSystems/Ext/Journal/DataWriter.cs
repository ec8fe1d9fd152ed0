using System.Buffers;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Journal;

/// <summary>Writes blocks, those that follow each other together.</summary>
internal static class DataWriter
{
    private const int LongestWrite = 1 << 20;

    /// <summary>Writes the contents of files that the edit puts into free blocks.</summary>
    public static void Write(BlockStore store) => Write(store, [.. store.Data.OrderBy(pair => pair.Key)]);

    /// <summary>Writes metadata blocks in place.</summary>
    public static void Write(BlockStore store, IEnumerable<KeyValuePair<long, byte[]>> blocks) =>
        Write(store, [.. blocks.Select(pair => new KeyValuePair<long, ReadOnlyMemory<byte>>(pair.Key, pair.Value))]);

    private static void Write(BlockStore store, List<KeyValuePair<long, ReadOnlyMemory<byte>>> blocks)
    {
        var size = store.BlockSize;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(LongestWrite, size));
        try
        {
            for (var start = 0; start < blocks.Count;)
            {
                var count = 0;
                while (start + count < blocks.Count && (count + 1) * size <= buffer.Length
                    && blocks[start + count].Key == blocks[start].Key + count)
                {
                    blocks[start + count].Value.Span.CopyTo(buffer.AsSpan(count * size));
                    count++;
                }
                store.Device.Write(blocks[start].Key * size, buffer.AsSpan(0, count * size));
                start += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
