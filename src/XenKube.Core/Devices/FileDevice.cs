using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>An image file, or a block device of the host, as a device. It takes no lock of its own: DiskImage does.</summary>
public sealed class FileDevice : BlockDevice
{
    private const int ZeroSize = 1 << 20;

    private readonly SafeFileHandle _handle;
    private SafeFileHandle? _claim;

    private FileDevice(string path, SafeFileHandle handle, bool canWrite)
    {
        Name = path;
        _handle = handle;
        CanWrite = canWrite;
        IsBlockDevice = FileStatus.Read(handle).IsBlockDevice;
        // stat(2) gives 0 as the size of a block device.
        Length = Libc.Seek(handle, 0, SeekOrigins.End);
        if (Length < 0)
        {
            throw new IOException(Libc.LastErrorText, (int)Libc.LastError);
        }
        if (IsBlockDevice)
        {
            SectorSize = Libc.SectorSize(handle) ?? base.SectorSize;
            Libc.DropCache(handle);
        }
    }

    /// <summary>Opens an image file or a block device.</summary>
    /// <param name="path">Path of the image.</param>
    /// <param name="writable">True to open it for writing as well.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationFailedException">It cannot be opened.</exception>
    /// <exception cref="InvalidInputException">It is a directory, a pipe or another thing without bytes at offsets.</exception>
    public static FileDevice Open(string path, bool writable)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // Before it is opened: opening a pipe waits for its other end.
        RefuseOthers(path, FileStatus.TryRead(path));
        // Not File.OpenHandle: .NET takes a shared flock even for FileShare.ReadWrite, and so would fail on an image that
        // somebody edits, and keep others from editing one that is only looked at.
        var handle = Libc.Open(path, writable ? OpenFlags.ReadWrite : OpenFlags.ReadOnly)
            ?? throw (Libc.LastError is Errno.NoEntry or Errno.NotADirectory
                ? new ItemNotFoundException(ErrorIds.ImageNotFound, path, null, "there is no such image")
                : new OperationFailedException(ErrorIds.ImageNotReadable, path, null, Libc.LastErrorText,
                    Libc.LastError == Errno.PermissionDenied ? "Run this as root" : null));
        try
        {
            RefuseOthers(path, FileStatus.Read(handle));
            return new FileDevice(path, handle, writable);
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            handle.Dispose();
            throw new OperationFailedException(ErrorIds.ImageNotReadable, path, null, e.Message, innerException: e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>A device over a file that is open already, such as one that was inherited.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="handle">The open file; the device disposes of it.</param>
    /// <param name="canWrite">Whether it was opened for writing.</param>
    internal static FileDevice Over(string name, SafeFileHandle handle, bool canWrite = false) => new(name, handle, canWrite);

    /// <summary>True for a block device: an LVM volume, a partition, a loop device.</summary>
    public bool IsBlockDevice { get; }

    /// <inheritdoc/>
    public override int SectorSize { get; } = 512;

    /// <summary>
    /// Takes a block device from everything else in the kernel (open(2) with O_EXCL) until it is closed: mounts, device mapper, md,
    /// swap, and other programs that ask.
    /// </summary>
    /// <returns>False when something has it already.</returns>
    internal bool TryClaim()
    {
        if (_claim is not null)
        {
            return true;
        }
        // By the open file and not by the path, which may lead to another device by now.
        _claim = Libc.Open($"/proc/self/fd/{_handle.DangerousGetHandle()}", OpenFlags.ReadWrite | OpenFlags.Exclusive);
        return _claim is not null
            || (Libc.LastError == Errno.Busy ? false : throw new OperationFailedException(ErrorIds.ImageNotReadable, Name, null,
                Libc.LastErrorText));
    }

    /// <summary>The open file, for locks and for calls of the operating system.</summary>
    internal SafeFileHandle Handle => _handle;

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override bool CanWrite { get; }

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> buffer)
    {
        CheckRange(offset, buffer.Length);
        while (buffer.Length > 0)
        {
            var count = ReadSome(offset, buffer);
            if (count == 0)
            {
                throw CorruptImageException.At("image", offset, "the file became shorter while it was read").In(Name);
            }
            buffer = buffer[count..];
            offset += count;
        }
    }

    /// <inheritdoc/>
    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        CheckRange(offset, bytes.Length);
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.ImageNotWritable, Name, null, e.FileReason(), SystemFailure.AdviceFor(e), e);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // The length never changes, so the data is all there is to bring to the disk. A failure must not be passed over:
        // nothing written so far can be relied on then.
        while (Libc.SynchronizeData(_handle) != 0)
        {
            if (Libc.LastError != Errno.Interrupted)
            {
                throw new OperationFailedException(ErrorIds.ImageNotWritable, Name, null,
                    $"the disk did not take what was written: {Libc.LastErrorText}");
            }
        }
    }

    /// <summary>Writes zeros.</summary>
    /// <param name="offset">Byte offset from the start of the device.</param>
    /// <param name="length">Number of bytes.</param>
    internal void WriteZeros(long offset, long length)
    {
        CheckRange(offset, length);
        // The kernel takes whole sectors; a device that cannot zero by itself is written to.
        if (IsBlockDevice && offset % SectorSize == 0 && length % SectorSize == 0 && length > 0
            && Libc.TryZero(_claim ?? _handle, offset, length))
        {
            return;
        }
        Span<byte> zeros = new byte[Math.Min(length, ZeroSize)];
        for (var done = 0L; done < length; done += zeros.Length)
        {
            Write(offset + done, zeros[..(int)Math.Min(zeros.Length, length - done)]);
        }
    }

    private static void RefuseOthers(string path, FileStatus? status)
    {
        if (status is { IsRegularFile: false, IsBlockDevice: false } other)
        {
            throw new InvalidInputException(
                ErrorIds.ImageInvalid, path, null, other.IsDirectory
                    ? "it is a directory, not an image" : "it is neither a file nor a block device",
                    "Name an image file, or a block device such as /dev/vg/node-1");
        }
    }

    private int ReadSome(long offset, Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(_handle, buffer, offset);
        }
        catch (IOException e)
        {
            throw new OperationFailedException(ErrorIds.ImageNotReadable, Name, null, e.Message, innerException: e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _claim?.Dispose();
            _handle.Dispose();
        }
        base.Dispose(disposing);
    }
}
