using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Devices;
using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>
/// A large file on its way: it has no name until <see cref="Publish"/>, so that nothing of it stays when the process is
/// killed. Where the file system cannot do that (O_TMPFILE), it has a hidden temporary name instead.
/// </summary>
internal sealed class NewFile : NodeDiskTarget
{
    private readonly SafeFileHandle _handle;
    private readonly HostPlace _place;
    private byte[]? _temporary;
    private bool _published;

    private NewFile(HostPlace place, SafeFileHandle handle, byte[]? temporary) =>
        (_place, _handle, _temporary) = (place, handle, temporary);

    /// <summary>The name it gets, as it was given.</summary>
    public override string Path => _place.Path;

    /// <inheritdoc/>
    public override bool CanPlace => true;

    /// <summary>The file system it is on.</summary>
    public ulong Device { get; private init; }

    /// <summary>Starts a file.</summary>
    /// <param name="path">The name it gets in the end.</param>
    /// <param name="mode">Its permissions, less the umask.</param>
    /// <exception cref="OperationFailedException">It cannot be made there.</exception>
    public static NewFile Create(string path, UnixFileMode mode)
    {
        HostPlace? place = null;
        try
        {
            place = PathWalk.Find(path, followLast: false);
            byte[]? temporary = null;
            var handle = place.Directory.TryCreateUnnamed(mode);
            if (handle is null)
            {
                temporary = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $".xenkube~{Guid.NewGuid():N}~\0"));
                handle = place.Directory.Create(temporary, mode);
                // Held, so that nobody takes it for what a killed process left.
                _ = Libc.TryLock(handle, FlockOperation.Exclusive | FlockOperation.NonBlocking);
            }
            var file = new NewFile(place, handle, temporary) { Device = FileStatus.Read(handle).Device };
            place = null;
            return file;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Failed(path, e);
        }
        finally
        {
            place?.Dispose();
        }
    }

    /// <summary>Writes bytes at an offset. What is never written stays a hole.</summary>
    public override void Write(long offset, ReadOnlySpan<byte> bytes)
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
    public override bool TryClone(SafeFileHandle source) => Libc.TryClone(_handle, source);

    /// <inheritdoc cref="TryClone(SafeFileHandle)"/>
    public override bool TryClone(NodeDiskTarget source) => source is NewFile file && TryClone(file._handle);

    /// <inheritdoc/>
    public override void Complete(long imageLength) => SetLength(imageLength);

    /// <inheritdoc/>
    public override void Extend(long length) => SetLength(length);

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
    public override void Flush()
    {
        try
        {
            DurableFile.Synchronize(_handle);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Failed(Path, e);
        }
    }

    /// <summary>What was written, as a device; this file must not be used any more.</summary>
    public FileDevice OpenDevice() => FileDevice.Over(Path, _handle);

    /// <inheritdoc/>
    protected override BlockDevice Edit() => FileDevice.Over(Path, _handle, canWrite: true);

    /// <summary>Its status now.</summary>
    public FileStatus Status => FileStatus.Read(_handle);

    /// <summary>Gives the file its name. A file that has the name already is left alone.</summary>
    /// <exception cref="ItemExistsException">There is one.</exception>
    public override void Publish()
    {
        try
        {
            if (!(_temporary is null ? _place.Directory.TryLink(_handle, _place.Name) : _place.Directory.TryRename(_temporary,
                _place.Name)))
            {
                throw AlreadyThere(Path);
            }
            _temporary = null;
            _published = true;
            _place.Directory.Synchronize(_handle);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Failed(Path, e);
        }
    }

    /// <summary>Takes the name away again, because another file of the same order could not be made.</summary>
    public override void Withdraw()
    {
        if (_published)
        {
            TryRemove(_place.Name);
            _published = false;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_temporary is not null)
            {
                TryRemove(_temporary);
                _temporary = null;
            }
            _handle.Dispose();
            _place.Dispose();
        }
        base.Dispose(disposing);
    }

    private void TryRemove(byte[] name)
    {
        try
        {
            _place.Directory.Remove(name);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // The error on its way out says more.
        }
    }

    /// <summary>The error for a name that is taken.</summary>
    public static ItemExistsException AlreadyThere(string path) =>
        new(ErrorIds.NodeDiskExists, path, null, "the file exists already and is kept", "Remove it or choose another name");

    private static OperationFailedException Failed(string path, Exception e) =>
        (Errno)(e.HResult & 0xFFFF) is Errno.NoSpace or Errno.QuotaExceeded
        ? new OperationFailedException(ErrorIds.DiskFull, path, null, "the disk became full while it was written; nothing was kept",
            "Make room and try again", e)
        : new OperationFailedException(ErrorIds.NodeDiskNotWritable, path, null, e.FileReason(), SystemFailure.AdviceFor(e), e);
}
