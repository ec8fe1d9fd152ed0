using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>
/// A large file on its way: it has no name until <see cref="Publish"/>, so that nothing of it stays when the process is
/// killed. Where the file system cannot do that (O_TMPFILE), it has a hidden temporary name instead.
/// </summary>
internal sealed class NewFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _target;
    private string? _temporary;
    private bool _published;

    private NewFile(string path, string target, SafeFileHandle handle, string? temporary)
    {
        Path = path;
        _target = target;
        _handle = handle;
        _temporary = temporary;
    }

    /// <summary>The name it gets, as it was given.</summary>
    public string Path { get; }

    /// <summary>The file system it is on.</summary>
    public ulong Device { get; private init; }

    /// <summary>Starts a file.</summary>
    /// <param name="path">The name it gets in the end.</param>
    /// <param name="mode">Its permissions, less the umask.</param>
    /// <exception cref="OperationFailedException">It cannot be made there.</exception>
    public static NewFile Create(string path, UnixFileMode mode)
    {
        var target = System.IO.Path.GetFullPath(path);
        var directory = System.IO.Path.GetDirectoryName(target)!;
        string? temporary = null;
        // A file without a name gets its name through /proc.
        var handle = Directory.Exists("/proc/self/fd") ? Libc.Open(directory, OpenFlags.Unnamed | OpenFlags.ReadWrite, mode) : null;
        try
        {
            if (handle is null)
            {
                temporary = System.IO.Path.Combine(directory, $".{System.IO.Path.GetFileName(target)}.{System.IO.Path.GetRandomFileName()}");
                using var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
                handle = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            }
            return new NewFile(path, target, handle, temporary) { Device = FileStatus.Read(handle).Device };
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Failed(path, e);
        }
    }

    /// <summary>Writes bytes at an offset. What is never written stays a hole.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Failed(Path, e);
        }
    }

    /// <summary>Makes this file share all blocks of another (FICLONE). False where the file system cannot.</summary>
    public bool TryClone(SafeFileHandle source) => Libc.TryClone(_handle, source);

    /// <inheritdoc cref="TryClone(SafeFileHandle)"/>
    public bool TryClone(NewFile source) => TryClone(source._handle);

    /// <summary>Sets the length; space that this adds is a hole.</summary>
    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(_handle, length);
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            throw Failed(Path, e);
        }
    }

    /// <summary>Returns when all is on stable storage.</summary>
    public void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Failed(Path, e);
        }
    }

    /// <summary>Time of the last change, in nanoseconds since 1970.</summary>
    public long ModifiedNanoseconds => FileStatus.Read(_handle).ModifiedNanoseconds;

    /// <summary>Gives the file its name. A file that has the name already is left alone.</summary>
    /// <exception cref="ItemExistsException">There is one.</exception>
    public void Publish()
    {
        if (!(_temporary is null ? Libc.TryLink(_handle, _target) : Libc.TryRenameWithoutReplacing(_temporary, _target)))
        {
            throw Libc.LastError == Errno.Exists
                ? AlreadyThere(Path)
                : new OperationFailedException(ErrorIds.NodeDiskNotWritable, Path, null, "cannot be given its name: " + Libc.LastErrorText);
        }
        _temporary = null;
        _published = true;
        Libc.SynchronizeDirectory(System.IO.Path.GetDirectoryName(_target)!);
    }

    /// <summary>Takes the name away again, because another file of the same order could not be made.</summary>
    public void Withdraw()
    {
        if (_published)
        {
            File.Delete(_target);
            _published = false;
        }
    }

    public void Dispose()
    {
        _handle.Dispose();
        if (_temporary is not null)
        {
            File.Delete(_temporary);
            _temporary = null;
        }
    }

    /// <summary>The error for a name that is taken.</summary>
    public static ItemExistsException AlreadyThere(string path) =>
        new(ErrorIds.NodeDiskExists, path, null, "the file exists already and is kept", "Remove it or choose another name");

    private static OperationFailedException Failed(string path, Exception e) => (Errno)(e.HResult & 0xFFFF) is Errno.NoSpace or Errno.QuotaExceeded
        ? new OperationFailedException(ErrorIds.DiskFull, path, null, "the disk became full while it was written; nothing was kept", "Make room and try again", e)
        : new OperationFailedException(ErrorIds.NodeDiskNotWritable, path, null, e.Message, innerException: e);
}
