namespace XenKube.Devices;

/// <summary>A window on a device: one partition of an image. It cannot reach outside of itself, and does not own the device.</summary>
public sealed class PartitionDevice : BlockDevice
{
    private readonly BlockDevice _disk;
    private readonly long _start;

    /// <summary>Opens the window.</summary>
    /// <param name="disk">The device that holds the partition; it stays the caller's to dispose.</param>
    /// <param name="start">Byte offset of the partition on the device.</param>
    /// <param name="length">Length of the partition in bytes.</param>
    /// <exception cref="CorruptImageException">The partition reaches beyond the end of the device.</exception>
    public PartitionDevice(BlockDevice disk, long start, long length)
    {
        ArgumentNullException.ThrowIfNull(disk);
        if (start < 0 || length < 0 || start > disk.Length - length)
        {
            throw CorruptImageException.At("partition", start, $"its {length} bytes reach beyond the end of the disk at {disk.Length}")
                .In(disk.Name);
        }
        _disk = disk;
        _start = start;
        AbsoluteStart = start + ((disk as PartitionDevice)?.AbsoluteStart ?? 0);
        Length = length;
    }

    /// <summary>Byte offset on the file or block device that holds everything.</summary>
    internal long AbsoluteStart { get; }

    /// <summary>The device that is not a part of another one: one flush of it is a flush of all its parts.</summary>
    internal static BlockDevice DiskOf(BlockDevice device) => device is PartitionDevice part ? DiskOf(part._disk) : device;

    /// <inheritdoc/>
    public override int SectorSize => _disk.SectorSize;

    /// <inheritdoc/>
    public override string Name => _disk.Name;

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override bool CanWrite => _disk.CanWrite;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> buffer)
    {
        CheckRange(offset, buffer.Length);
        _disk.Read(_start + offset, buffer);
    }

    /// <inheritdoc/>
    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        CheckRange(offset, bytes.Length);
        _disk.Write(_start + offset, bytes);
    }

    /// <inheritdoc/>
    public override void Flush() => _disk.Flush();
}
