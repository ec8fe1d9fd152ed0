using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// Keeps two XenKube processes from changing one XENDIR at once. The lock goes with the process, so a crash leaves none;
/// the file says who holds it.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    /// <summary>The lock's file in XENDIR.</summary>
    public const string FileName = ".xenkube.lock";

    // Longer than pouring a set of nodes takes; who waits longer is told who is in the way.
    private const uint UsualSeconds = 120;

    private const UnixFileMode ForGroup = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private static readonly byte[] Name = ".xenkube.lock\0"u8.ToArray();

    private readonly SafeFileHandle _handle;
    private readonly bool _hasNote;

    private DirectoryLock(SafeFileHandle handle, bool hasNote) => (_handle, _hasNote) = (handle, hasNote);

    /// <summary>
    /// How long to wait for another process: two minutes, or as many seconds as the environment variable XENKUBE_LOCK_WAIT says.
    /// </summary>
    internal static TimeSpan UsualWait =>
        TimeSpan.FromSeconds(uint.TryParse(CallerEnvironment.Get("XENKUBE_LOCK_WAIT"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var seconds) ? seconds : UsualSeconds);

    /// <summary>Takes the lock, waiting for it if need be.</summary>
    /// <param name="xenDir">The XENDIR.</param>
    /// <param name="purpose">The work that it is taken for, which others read while they wait.</param>
    /// <param name="wait">How long to wait for another process; zero not to wait.</param>
    /// <param name="onWait">Called once with who holds it, when there is something to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ItemInUseException">Another process holds it; the message says which.</exception>
    public static DirectoryLock Take(string xenDir, string purpose, TimeSpan wait, Action<string>? onWait = null,
        CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(xenDir, FileName);
        try
        {
            using var place = PathWalk.TryFind(path, followLast: false) is { } found ? found
                : throw new ItemNotFoundException(ErrorIds.XenDirNotFound, xenDir, null, "XENDIR does not exist",
                    "Make the directory, or correct XENDIR");
            var (handle, isFile) = Wait(place.Directory, xenDir, wait, onWait, cancellationToken);
            return new DirectoryLock(handle, isFile && WriteNote(handle, purpose));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new OperationFailedException(ErrorIds.XenDirNotWritable, path, null, e.Message, "Run this as the owner of XENDIR", e);
        }
        catch (NotRegularFileException e)
        {
            throw new OperationFailedException(ErrorIds.XenDirNotWritable, path, null, e.Message,
                "Remove it: XenKube makes its lock file itself", e);
        }
        catch (IOException e)
        {
            throw new OperationFailedException(ErrorIds.XenDirNotWritable, path, null, e.Message,
                "Keep XENDIR on a file system with locks", e);
        }
    }

    /// <summary>Lets the lock go.</summary>
    public void Dispose()
    {
        if (!_handle.IsClosed)
        {
            if (_hasNote)
            {
                Clear(_handle);
            }
            Libc.Unlock(_handle);
            _handle.Dispose();
        }
    }

    private static (SafeFileHandle Handle, bool IsFile) Wait(DirectoryHandle directory, string xenDir, TimeSpan wait,
        Action<string>? onWait, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var (handle, isFile) = Open(directory);
        var told = false;
        try
        {
            while (true)
            {
                var isMine = Libc.TryLock(handle, FlockOperation.Exclusive | FlockOperation.NonBlocking);
                // The file may have been replaced, because a stranger held it, since it was opened.
                if (isFile && directory.Find(Name)?.Identity != FileStatus.Read(handle).Identity)
                {
                    handle.Dispose();
                    (handle, isFile) = Open(directory);
                    continue;
                }
                if (isMine)
                {
                    return (handle, isFile);
                }
                if (isFile && IsHeldByStranger(handle, directory))
                {
                    directory.Remove(Name);
                    continue;
                }
                var holder = Holder(handle);
                if (watch.Elapsed >= wait)
                {
                    throw new ItemInUseException(ErrorIds.XenDirLocked, xenDir, null, $"another XenKube is at work here: {holder}",
                        "Wait until it is done, or end that process");
                }
                if (!told)
                {
                    told = true;
                    onWait?.Invoke(holder);
                }
                cancellationToken.WaitHandle.WaitOne(100);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    // A user who may not write in the directory must not lock it either, and every user who may open a file may hold a lock of it.
    private static (SafeFileHandle Handle, bool IsFile) Open(DirectoryHandle directory)
    {
        var mode = PrivateFile.OwnerOnly | (IsOfGroup(directory) ? ForGroup : 0);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                if (directory.Find(Name) is null && TryCreate(directory, mode) is { } made)
                {
                    return (made, true);
                }
                if (directory.TryOpenFile(Name, OpenFlags.ReadWrite) is { } file)
                {
                    var status = FileStatus.Read(file);
                    if (FileTrust.IsRoot && IsStranger(status.UserId, directory) && attempt < 10)
                    {
                        file.Dispose();
                        directory.Remove(Name);
                        continue;
                    }
                    if ((status.Permissions & ~mode) != 0)
                    {
                        _ = Libc.ChangeMode(file, (uint)mode);
                    }
                    return (file, true);
                }
                if (attempt == 10)
                {
                    throw new IOException("the lock file is made and removed all the time");
                }
            }
        }
        catch (NotRegularFileException) when (directory.Find(Name) is { IsDirectory: false })
        {
            // A pipe or a link in its place was not put there by XenKube.
            directory.Remove(Name);
            return Open(directory);
        }
        catch (Exception e) when (SystemFailure.IsLackOfRoom(e))
        {
            // A full disk must not keep anybody from removing things: the directory itself is held.
            return (directory.OpenReadable(), false);
        }
    }

    private static SafeFileHandle? TryCreate(DirectoryHandle directory, UnixFileMode mode)
    {
        try
        {
            var file = directory.Create(Name, mode);
            // Root's file in a directory of somebody else is theirs; the umask takes from a group what the directory gives to the group.
            if (FileTrust.IsRoot)
            {
                _ = Libc.ChangeOwner(file, directory.Status.UserId, directory.Status.GroupId);
            }
            _ = Libc.ChangeMode(file, (uint)mode);
            return file;
        }
        catch (IOException e) when ((Errno)e.HResult is Errno.Exists or Errno.TooManyLinks)
        {
            return null;
        }
    }

    /// <summary>
    /// True if the lock is held by a process of a user who may not write in the directory, who opened the file when everybody could.
    /// </summary>
    private static bool IsHeldByStranger(SafeFileHandle handle, DirectoryHandle directory)
    {
        var inode = string.Create(CultureInfo.InvariantCulture, $":{FileStatus.Read(handle).Inode}");
        foreach (var line in (WholeFile.TryReadText("/proc/locks") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF; the line of who waits has an arrow
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 5 && fields[1] == "FLOCK" && fields[5].EndsWith(inode, StringComparison.Ordinal)
                && FileStatus.TryRead($"/proc/{fields[4]}") is { } process && IsStranger(process.UserId, directory))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsOfGroup(DirectoryHandle directory) => (directory.Status.Permissions & UnixFileMode.GroupWrite) != 0;

    private static bool IsStranger(uint user, DirectoryHandle directory) =>
        FileTrust.IsStranger(user) && user != directory.Status.UserId && !IsOfGroup(directory);

    // The note is for others to read; the lock holds without it, as on a full disk.
    private static bool WriteNote(SafeFileHandle handle, string purpose)
    {
        try
        {
            var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} ({Printable.Of(purpose)}) since {Timestamp.Second(DateTime.UtcNow)}Z\n"));
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, text, 0);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            Clear(handle);
        }
        return true;
    }

    private static void Clear(SafeFileHandle handle)
    {
        try
        {
            RandomAccess.SetLength(handle, 0);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // An old note names a process that has ended.
        }
    }

    private static string Holder(SafeFileHandle handle)
    {
        Span<byte> buffer = stackalloc byte[512];
        string text;
        try
        {
            text = Encoding.UTF8.GetString(buffer[..RandomAccess.Read(handle, buffer, 0)]).Trim();
        }
        catch (Exception e) when (e.IsFileTrouble() || e is NotSupportedException)
        {
            text = ""; // the directory itself is held
        }
        return text.Length == 0 ? "it does not identify itself" : Printable.Of(text);
    }
}
