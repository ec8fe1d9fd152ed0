using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Detection;
using XenKube.Posix;

namespace XenKube.Disks;

/// <summary>
/// A disk image: its partition table and the file systems in it. Opening reads the table and nothing else. Opened for
/// writing it holds the locks that keep XenKube, flock(1) and QEMU apart, and an image in use is refused.
/// </summary>
public sealed class DiskImage : IDisposable
{
    private readonly PartitionTable _layout;
    private readonly FileDevice? _file;
    private readonly IDisposable _owned;
    private PartitionTable? _partitions;

    private DiskImage(BlockDevice device, FileDevice? file, IDisposable owned)
    {
        Device = device;
        _file = file;
        _owned = owned;
        _layout = PartitionTable.ReadLayout(device);
    }

    /// <summary>The whole disk.</summary>
    public BlockDevice Device { get; }

    /// <summary>Path of the image.</summary>
    public string Path => Device.Name;

    /// <summary>True where a path leads to this image's file, by whatever name.</summary>
    /// <param name="path">The path.</param>
    public bool IsFile(string path) => _file is not null && FileIdentity.Of(path) == FileStatus.Read(_file.Handle).Identity;

    /// <summary>True where the image was opened for writing.</summary>
    public bool CanWrite => Device.CanWrite;

    /// <summary>The partition table, with the file system of each partition looked up when this is asked for first.</summary>
    public PartitionTable Partitions => _partitions ??= PartitionTable.Read(Device);

    /// <summary>Faults of the table that do not prevent its use.</summary>
    public IReadOnlyList<string> Warnings => _layout.Warnings;

    /// <summary>Opens an image for reading. No lock is taken: a running guest's image can be looked at.</summary>
    /// <param name="path">Path of the image or the block device.</param>
    /// <param name="offset">The byte at which the disk or the file system begins.</param>
    /// <exception cref="ItemNotFoundException">There is no such image.</exception>
    /// <exception cref="CorruptImageException">It has neither a usable partition table nor a file system.</exception>
    /// <exception cref="UnsupportedFeatureException">It is not a raw disk; the error names its format.</exception>
    public static DiskImage OpenRead(string path, long offset = 0)
    {
        var file = FileDevice.Open(path, writable: false);
        return Open(file, file, file, offset);
    }

    /// <summary>Opens an image for editing and holds it exclusively until it is disposed of.</summary>
    /// <param name="path">Path of the image or the block device.</param>
    /// <param name="domains">Determines whether a running domain has the image; null where that is not known here.</param>
    /// <param name="offset">The byte at which the disk or the file system begins.</param>
    /// <exception cref="ItemInUseException">The image is locked, mounted, attached to a loop device, part of another device, or used by a
    /// domain.</exception>
    /// <exception cref="ItemNotFoundException">There is no such image.</exception>
    /// <exception cref="CorruptImageException">It has neither a usable partition table nor a file system.</exception>
    /// <exception cref="UnsupportedFeatureException">It is not a raw disk; the error names its format.</exception>
    public static DiskImage OpenWrite(string path, IImageUseProbe? domains = null, long offset = 0)
    {
        var held = LockedDevice.Take(path, domains);
        return Open(held.Device, held.Device, held, offset);
    }

    /// <summary>An image over any device, for tests and measurements.</summary>
    internal static DiskImage Open(BlockDevice device) => Open(device, null, device, 0);

    private static DiskImage Open(BlockDevice device, FileDevice? file, IDisposable owned, long offset)
    {
        try
        {
            if (offset < 0 || offset > device.Length)
            {
                throw new InvalidInputException(
                    ErrorIds.OffsetInvalid, device.Name, null,
                    string.Create(CultureInfo.InvariantCulture, $"byte {offset} is not inside the image, which has {device.Length} bytes"));
            }
            return new DiskImage(offset == 0 ? device : new PartitionDevice(device, offset, device.Length - offset), file, owned);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <summary>The partition of a name.</summary>
    /// <param name="label">A label in its exact case, a partition number, or both as in <c>Linux filesystem~2</c>.</param>
    /// <exception cref="ItemNotFoundException">There is none.</exception>
    /// <exception cref="InvalidInputException">Several partitions are called so.</exception>
    public DiskPartition GetPartition(string label) => PartitionTable.Probe(Device, GetLayout(label));

    /// <summary>Opens the file system in a partition; writable if the image is.</summary>
    /// <param name="label">A label in its exact case, a partition number, or both as in <c>Linux filesystem~2</c>.</param>
    /// <exception cref="ItemNotFoundException">There is no such partition.</exception>
    /// <exception cref="InvalidInputException">Several partitions are called so.</exception>
    /// <exception cref="UnsupportedFeatureException">The partition holds no file system that XenKube knows.</exception>
    public IFileSystem OpenFileSystem(string label) => OpenFileSystem(GetLayout(label));

    /// <summary>Opens the file system in a partition of this image's table; writable if the image is.</summary>
    /// <param name="partition">The partition.</param>
    /// <exception cref="UnsupportedFeatureException">The partition holds no file system that XenKube knows.</exception>
    public IFileSystem OpenFileSystem(DiskPartition partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        if (CanWrite)
        {
            RefuseOverlap(partition);
        }
        try
        {
            return FileSystem.Open(new PartitionDevice(Device, partition.Start, partition.Size));
        }
        catch (XenKubeException e) when (e.File is null)
        {
            throw e.In($"{Path}, partition {partition}");
        }
    }

    /// <summary>
    /// Looks once more whether anything uses the image that does not ask for our locks: a loop device, a mount, a domain. The locks
    /// are held all the time.
    /// </summary>
    /// <param name="domains">Determines whether a running domain has the image; null where that is not known here.</param>
    /// <exception cref="ItemInUseException">The image is mounted, attached to a loop device, or used by a domain.</exception>
    internal void RefuseUse(IImageUseProbe? domains)
    {
        if (_file is not null)
        {
            ImageGuard.Check(_file, domains);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _owned.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    private DiskPartition GetLayout(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return _layout.Find(label) ?? throw new ItemNotFoundException(
            ErrorIds.PartitionNotFound, Path, null, $"there is no partition '{label}'",
            _layout.Partitions.Count == 0 ? "The table is empty" : $"It has {string.Join(", ", _layout.Partitions)}");
    }

    /// <summary>A write through one of two overlapping partitions would be a write into the other.</summary>
    private void RefuseOverlap(DiskPartition partition)
    {
        var other = _layout.Partitions.FirstOrDefault(p => p.Number != partition.Number && !p.IsContainer && p.Start <= partition.End
            && p.End >= partition.Start);
        if (other is not null)
        {
            throw new CorruptImageException(ErrorIds.PartitionsOverlap, Path, "partition table",
                $"partitions {partition} and {other} overlap", "It can be read but not edited");
        }
    }
}
