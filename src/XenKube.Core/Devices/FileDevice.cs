using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>An image file as a device. It takes no lock of its own: DiskImage does.</summary>
public sealed class FileDevice : BlockDevice
{
    private readonly SafeFileHandle _handle;

    private FileDevice(string path, SafeFileHandle handle, bool canWrite)
    {
        Name = path;
        _handle = handle;
        CanWrite = canWrite;
        Length = RandomAccess.GetLength(handle);
    }

    /// <summary>Opens an image file.</summary>
    /// <param name="path">Path of the image.</param>
    /// <param name="writable">True to open it for writing as well.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    /// <exception cref="OperationFailedException">It cannot be opened.</exception>
    public static FileDevice Open(string path, bool writable)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // Not File.OpenHandle: .NET takes a shared flock even for FileShare.ReadWrite, and so would fail on an image that
        // somebody edits, and keep others from editing one that is only looked at.
        var handle = Libc.Open(path, writable ? OpenFlags.ReadWrite : OpenFlags.ReadOnly)
            ?? throw (Libc.LastError is Errno.NoEntry or Errno.NotADirectory
                ? new ItemNotFoundException(ErrorIds.ImageNotFound, path, null, "there is no such image")
                : new OperationFailedException(ErrorIds.ImageNotReadable, path, null, Libc.LastErrorText));
        try
        {
            if (Directory.Exists(path))
            {
                throw new InvalidInputException(ErrorIds.ImageInvalid, path, null, "it is a directory, not an image");
            }
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
            throw new OperationFailedException(ErrorIds.ImageNotWritable, Name, null, e.Message, innerException: e);
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
                throw new OperationFailedException(ErrorIds.ImageNotWritable, Name, null, $"the disk did not take what was written: {Libc.LastErrorText}");
            }
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
            _handle.Dispose();
        }
        base.Dispose(disposing);
    }
}
