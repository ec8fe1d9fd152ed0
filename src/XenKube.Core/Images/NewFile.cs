using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>
/// A large file on its way: it has no name until <see cref="Publish"/>, so that nothing of it stays when the process is
/// killed. Where the file system cannot do that (O_TMPFILE), it has a hidden temporary name instead.
/// </summary>
internal sealed partial class NewFile : IDisposable
{
    private const int CurrentDirectory = -100;
    private const int ReadWriteCloseOnExec = 0x2 | 0x80000;
    private const int Unnamed = 0x410000;
    private const int FollowLink = 0x400;
    private const int NoReplace = 1;
    private const nuint CloneRequest = 0x40049409;
    private const int Exists = 17;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

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
        var descriptor = Directory.Exists("/proc/self/fd") ? Open(directory, Unnamed | ReadWriteCloseOnExec, (uint)mode) : -1;
        SafeFileHandle handle;
        try
        {
            if (descriptor >= 0)
            {
                handle = new SafeFileHandle(descriptor, ownsHandle: true);
            }
            else
            {
                temporary = System.IO.Path.Combine(directory, $".{System.IO.Path.GetFileName(target)}.{System.IO.Path.GetRandomFileName()}");
                using var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
                handle = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            }
            return new NewFile(path, target, handle, temporary) { Device = FileStatus.Read(handle)?.Device ?? 0 };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(Path, e);
        }
    }

    /// <summary>Makes this file share all blocks of another (FICLONE). False where the file system cannot.</summary>
    public bool TryClone(SafeFileHandle source) => Control((int)_handle.DangerousGetHandle(), CloneRequest, source.DangerousGetHandle()) == 0;

    /// <inheritdoc cref="TryClone(SafeFileHandle)"/>
    public bool TryClone(NewFile source) => TryClone(source._handle);

    /// <summary>Sets the length; space that this adds is a hole.</summary>
    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(_handle, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(Path, e);
        }
    }

    /// <summary>Time of the last change, in nanoseconds since 1970.</summary>
    public long ModifiedNanoseconds => FileStatus.Read(_handle)?.ModifiedNanoseconds ?? 0;

    /// <summary>Gives the file its name. A file that has the name already is left alone.</summary>
    /// <exception cref="ItemExistsException">There is one.</exception>
    public void Publish()
    {
        var result = _temporary is null
            ? Link(CurrentDirectory, $"/proc/self/fd/{(int)_handle.DangerousGetHandle()}", CurrentDirectory, _target, FollowLink)
            : Rename(CurrentDirectory, _temporary, CurrentDirectory, _target, NoReplace);
        if (result != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw error == Exists
                ? AlreadyThere(Path)
                : new OperationFailedException("NodeDiskNotWritable", Path, null, "cannot be given its name: " + Marshal.GetPInvokeErrorMessage(error));
        }
        _temporary = null;
        _published = true;
        AtomicFile.SyncDirectory(System.IO.Path.GetDirectoryName(_target)!);
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
        new("NodeDiskExists", path, null, "there is such a file already, and it is left alone", "Remove it or choose another name");

    private static OperationFailedException Failed(string path, Exception e) => (e.HResult & 0xFFFF) is NoSpace or QuotaExceeded
        ? new OperationFailedException("DiskFull", path, null, "the disk became full while it was written; nothing was kept", "Make room and try again", e)
        : new OperationFailedException("NodeDiskNotWritable", path, null, e.Message, innerException: e);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(int fromDirectory, string from, int toDirectory, string to, int flags);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, nint argument);
}
