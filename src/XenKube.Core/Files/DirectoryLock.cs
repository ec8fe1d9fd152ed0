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

    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly SafeFileHandle _handle;

    private DirectoryLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>How long to wait for another process: two minutes, or as many seconds as the environment variable XENKUBE_LOCK_WAIT says.</summary>
    internal static TimeSpan UsualWait =>
        TimeSpan.FromSeconds(uint.TryParse(Environment.GetEnvironmentVariable("XENKUBE_LOCK_WAIT"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : UsualSeconds);

    /// <summary>Takes the lock, waiting for it if need be.</summary>
    /// <param name="xenDir">The XENDIR.</param>
    /// <param name="purpose">The work that it is taken for, which others read while they wait.</param>
    /// <param name="wait">How long to wait for another process; zero not to wait.</param>
    /// <param name="onWait">Called once with who holds it, when there is something to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ItemInUseException">Another process holds it; the message says which.</exception>
    public static DirectoryLock Take(string xenDir, string purpose, TimeSpan wait, Action<string>? onWait = null, CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(xenDir, FileName);
        if (!Directory.Exists(xenDir))
        {
            throw new ItemNotFoundException(ErrorIds.XenDirNotFound, xenDir, null, "XENDIR does not exist", "Make the directory, or correct XENDIR");
        }
        var handle = Libc.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.NoFollow, ReadableByAll)
            ?? throw new OperationFailedException(ErrorIds.XenDirNotWritable, path, null, Libc.LastErrorText, "Run this as the owner of XENDIR");
        try
        {
            var watch = Stopwatch.StartNew();
            var told = false;
            while (!Libc.TryLock(handle, FlockOperation.Exclusive | FlockOperation.NonBlocking))
            {
                var holder = Holder(handle);
                if (watch.Elapsed >= wait)
                {
                    throw new ItemInUseException(ErrorIds.XenDirLocked, xenDir, null, $"another XenKube is at work here: {holder}", "Wait until it is done, or end that process");
                }
                if (!told)
                {
                    told = true;
                    onWait?.Invoke(holder);
                }
                cancellationToken.WaitHandle.WaitOne(100);
                cancellationToken.ThrowIfCancellationRequested();
            }
            var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ({Printable.Of(purpose)}) since {Timestamp.Second(DateTime.UtcNow)}Z\n"));
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, text, 0);
            return new DirectoryLock(handle);
        }
        catch (IOException e)
        {
            handle.Dispose();
            throw new OperationFailedException(ErrorIds.XenDirNotWritable, path, null, e.Message, "Keep XENDIR on a file system with locks", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Lets the lock go.</summary>
    public void Dispose()
    {
        if (!_handle.IsClosed)
        {
            RandomAccess.SetLength(_handle, 0);
            _handle.Dispose();
        }
    }

    private static string Holder(SafeFileHandle handle)
    {
        Span<byte> buffer = stackalloc byte[512];
        var text = Encoding.UTF8.GetString(buffer[..RandomAccess.Read(handle, buffer, 0)]).Trim();
        return text.Length == 0 ? "it does not identify itself" : Printable.Of(text);
    }
}
