using System.Buffers.Binary;
using System.Globalization;
using XenKube.Devices;
using XenKube.Disks;

namespace XenKube.Images;

/// <summary>
/// A block device that an image is poured into. A device keeps what was in it, so zeros are written where a file would have a hole. The
/// first MiB, with the partition table, and the last sectors of the image, with the backup table, are written last: a device that was left
/// half-way has no table.
/// </summary>
internal sealed class DeviceTarget : NodeDiskTarget
{
    private const int HeadSize = 1 << 20;

    /// <summary>A backup GPT with 128 entries has 33 sectors.</summary>
    private const int TailSize = 64 << 10;

    /// <summary>Shorter runs of zeros are written with what is before and after them.</summary>
    private const int ShortestHole = 64 << 10;

    private readonly LockedDevice _held;
    private readonly FileDevice _device;
    private readonly long _additionalSpace;
    private readonly byte[] _head = new byte[HeadSize];
    private readonly byte[] _tail = new byte[TailSize];
    private long _tailStart = long.MaxValue - TailSize;
    private long _position = HeadSize;
    private bool _begun;
    private bool _published;

    private DeviceTarget(string path, LockedDevice held, long additionalSpace)
    {
        Path = path;
        _additionalSpace = additionalSpace;
        _held = held;
        _device = held.Device;
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <summary>Opens a device exclusively.</summary>
    /// <param name="path">The device, or a link to it.</param>
    /// <param name="domains">Determines whether a running domain has it; null where that is not known here.</param>
    /// <param name="additionalSpace">Bytes that it must have after the image.</param>
    /// <param name="force">True to overwrite what it holds.</param>
    /// <exception cref="ItemInUseException">It is in use.</exception>
    /// <exception cref="ItemExistsException">It holds a partition table, a file system or something else.</exception>
    public static DeviceTarget Open(string path, IImageUseProbe? domains, long additionalSpace, bool force)
    {
        var held = LockedDevice.Take(path, domains);
        try
        {
            if (!force && !DiskLayout.IsBlank(held.Device, out var found))
            {
                throw new ItemExistsException(
                    ErrorIds.DeviceNotEmpty, path, null, $"the device is not empty: {found}",
                    $"Name another device, or overwrite this one for good with {RemedyActionKind.ForceOption}");
            }
            return new DeviceTarget(path, held, additionalSpace);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset < HeadSize)
        {
            var count = (int)Math.Min(bytes.Length, HeadSize - offset);
            bytes[..count].CopyTo(_head.AsSpan((int)offset));
            bytes = bytes[count..];
            offset += count;
        }
        if (bytes.Length == 0)
        {
            return;
        }
        RequireLength(offset + bytes.Length);
        Begin();
        var tailEnd = _tailStart + TailSize;
        if (offset < _tailStart)
        {
            var count = (int)Math.Min(bytes.Length, _tailStart - offset);
            WriteNow(offset, bytes[..count]);
            bytes = bytes[count..];
            offset += count;
        }
        if (bytes.Length > 0 && offset < tailEnd)
        {
            var count = (int)Math.Min(bytes.Length, tailEnd - offset);
            bytes[..count].CopyTo(_tail.AsSpan((int)(offset - _tailStart)));
            bytes = bytes[count..];
            offset += count;
        }
        WriteNow(offset, bytes);
    }

    /// <inheritdoc/>
    public override void Complete(long imageLength)
    {
        RequireLength(imageLength);
        Begin();
        FillTo(imageLength);
    }

    /// <inheritdoc/>
    public override void Require(long length) => RequireLength(length);

    /// <inheritdoc/>
    public override void Extend(long length) => RequireLength(length);

    /// <inheritdoc/>
    public override void Flush() => _device.Flush();

    /// <inheritdoc/>
    protected override BlockDevice Edit() => _device;

    /// <inheritdoc/>
    public override void Publish()
    {
        _published = true;
        if (_tailStart < _device.Length)
        {
            _device.Write(_tailStart, _tail);
            _device.Flush();
        }
        _device.Write(0, _head.AsSpan(0, (int)Math.Min(HeadSize, _device.Length)));
        _device.Flush();
    }

    /// <inheritdoc/>
    public override void Withdraw()
    {
        if (_published)
        {
            ClearTables();
            _published = false;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _held.Dispose();
        }
        base.Dispose(disposing);
    }

    // The first write: until here nothing of the device was changed.
    private void Begin()
    {
        if (_begun)
        {
            return;
        }
        var length = LengthByTable();
        RequireLength(length + _additionalSpace);
        if (length >= HeadSize + TailSize)
        {
            _tailStart = length - TailSize;
        }
        _begun = true;
        ClearTables();
        // An old backup GPT, a superblock of md, or what else looks for itself at the end.
        var end = Math.Max(HeadSize, (_device.Length - HeadSize) / _device.SectorSize * _device.SectorSize);
        if (end < _device.Length)
        {
            _device.WriteZeros(end, _device.Length - end);
        }
        _device.Flush();
    }

    private void WriteNow(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            FillTo(offset);
            _device.Write(offset, bytes);
            _position = offset + bytes.Length;
        }
    }

    private void ClearTables()
    {
        if (_tailStart < _device.Length)
        {
            _device.WriteZeros(_tailStart, TailSize);
        }
        _device.WriteZeros(0, Math.Min(HeadSize, _device.Length));
        _device.Flush();
    }

    /// <summary>
    /// The length of the disk by the GPT in the image's first bytes, so that a device that is too small stays as it is; 0 without a GPT.
    /// </summary>
    private long LengthByTable()
    {
        const int sector = 512, alternateOffset = 0x20;
        var header = _head.AsSpan(sector, sector);
        var last = BinaryPrimitives.ReadInt64LittleEndian(header[alternateOffset..]);
        return GptHeader.HasSignature(header) && last is > 0 and < long.MaxValue / sector / 2 ? (last + 1) * sector : 0;
    }

    private void FillTo(long offset)
    {
        var gap = offset - _position;
        if (gap <= 0)
        {
            return;
        }
        if (gap < ShortestHole)
        {
            _device.Write(_position, new byte[gap]);
        }
        else
        {
            // Whole pages by the device itself, so that no page is both written and zeroed.
            const long page = 4096;
            var start = (_position + page - 1) / page * page;
            var end = offset / page * page;
            _device.Write(_position, new byte[start - _position]);
            _device.WriteZeros(start, end - start);
            _device.Write(end, new byte[offset - end]);
        }
        _position = offset;
    }

    private void RequireLength(long length)
    {
        if (length > _device.Length)
        {
            throw new OperationFailedException(
                ErrorIds.DeviceTooSmall, Path, null,
                string.Create(CultureInfo.InvariantCulture,
                    $"the device has {_device.Length} bytes and the disk needs {length}, {length - _device.Length} more{(_begun ? "; the device holds no disk now" : "")}"),
                $"Enlarge it: lvextend --size {length}b {ShellWord.Quote(Path)}");
        }
    }
}
