using Microsoft.Win32.SafeHandles;

namespace XenKube.Disks;

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
        try
        {
            // FileShare.ReadWrite keeps .NET's own advisory lock out of the way: XenKube takes its locks knowingly.
            var handle = File.OpenHandle(path, FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
            return new FileDevice(path, handle, writable);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ItemNotFoundException("ImageNotFound", path, null, "there is no such image");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperationFailedException("ImageNotReadable", path, null, e.Message, innerException: e);
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
            var count = RandomAccess.Read(_handle, buffer, offset);
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
        RandomAccess.Write(_handle, bytes, offset);
    }

    /// <inheritdoc/>
    public override void Flush() => RandomAccess.FlushToDisk(_handle);

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
