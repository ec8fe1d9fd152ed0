namespace XenKube.Devices;

/// <summary>
/// Bytes that can be read and written at any offset: an image file, a partition in it, or memory.
/// Everything above reads and writes through this one type, so that tests can record and tear the writes.
/// </summary>
public abstract class BlockDevice : IDisposable
{
    /// <summary>What errors call the device: the path of the image.</summary>
    public abstract string Name { get; }

    /// <summary>Length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Size of a logical sector in bytes, in which partition tables count: 512 unless the device has another.</summary>
    public virtual int SectorSize => 512;

    /// <summary>True where <see cref="Write"/> is possible.</summary>
    public abstract bool CanWrite { get; }

    /// <summary>Fills the whole buffer from the given offset.</summary>
    /// <param name="offset">Byte offset from the start of the device.</param>
    /// <param name="buffer">Receives the bytes; filled completely.</param>
    /// <exception cref="CorruptImageException">The range reaches beyond the end of the device.</exception>
    public abstract void Read(long offset, Span<byte> buffer);

    /// <summary>Writes all bytes at the given offset. They are durable only after <see cref="Flush"/>.</summary>
    /// <param name="offset">Byte offset from the start of the device.</param>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="CorruptImageException">The range reaches beyond the end of the device: it never grows.</exception>
    public abstract void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Returns when everything written so far is on stable storage (fdatasync).</summary>
    public abstract void Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the device holds.</summary>
    /// <param name="disposing">True from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Throws if a range is not inside the device.</summary>
    /// <param name="offset">Byte offset of the range.</param>
    /// <param name="length">Length of the range in bytes.</param>
    protected void CheckRange(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw CorruptImageException.At("block device", offset, $"{length} bytes reach beyond its end at {Length}").In(Name);
        }
    }
}
