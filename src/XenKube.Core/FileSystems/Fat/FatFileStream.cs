using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>Reads a file along its chain of clusters.</summary>
internal sealed class FatFileStream : FileContentStream
{
    private readonly BlockDevice _device;
    private readonly string _path;
    private readonly FatBootSector _boot;
    private readonly List<uint> _clusters = [];
    private readonly IEnumerator<uint> _chain;

    public FatFileStream(BlockDevice device, FatBootSector boot, FatTable table, FatEntry entry, string path)
    {
        _path = path;
        _device = device;
        _boot = boot;
        Length = entry.Size;
        var needed = (entry.Size + boot.ClusterSize - 1L) / boot.ClusterSize;
        _chain = needed == 0 ? Enumerable.Empty<uint>().GetEnumerator() : table.Chain(entry.Cluster, boot.ClusterCount).GetEnumerator();
    }

    public override long Length { get; }

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Length - position);
        if (count <= 0)
        {
            return 0;
        }
        var (index, inside) = ((int)(position / _boot.ClusterSize), (int)(position % _boot.ClusterSize));
        // Clusters that follow each other on the disk are read at once: a file of some mebibytes has ten thousands of them.
        var first = ClusterAt(index);
        var together = 1;
        while (((long)together * _boot.ClusterSize) - inside < count && ClusterAt(index + together) == first + (uint)together)
        {
            together++;
        }
        count = (int)Math.Min(count, ((long)together * _boot.ClusterSize) - inside);
        _device.Read(_boot.ClusterOffset(first) + inside, buffer[..count]);
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _chain.Dispose();
        }
        base.Dispose(disposing);
    }

    // The error names the file, not the cluster: a cluster means nothing to the person who reads the error.
    private uint ClusterAt(int index)
    {
        try
        {
            return Cluster(index);
        }
        catch (CorruptImageException e) when (e.File is null)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, _device.Name, $"{_path}: {e.Place}", e.Reason, e.Remedy, e);
        }
    }

    private uint Cluster(int index)
    {
        while (_clusters.Count <= index)
        {
            if (!_chain.MoveNext())
            {
                throw CorruptImageException.At("FAT", _boot.FatOffset(0),
                    $"the chain of a file of {Length} bytes ends after {_clusters.Count} clusters");
            }
            _clusters.Add(_chain.Current);
        }
        return _clusters[index];
    }
}
