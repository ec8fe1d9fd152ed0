using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// Replaces a file in one step: a temporary in its directory, fsync, rename, fsync of the directory. All of it is done in the open
/// directory, so that nobody who may write there has another file written or given away. Mode and owner of the file that was there are
/// kept. A symbolic link that root or this user made stays a link, and the file that the link leads to is replaced.
/// </summary>
public static class AtomicFile
{
    private const UnixFileMode ReadWriteExecute = (UnixFileMode)0x1FF;

    private const uint SameUser = uint.MaxValue; // chown(2): -1 leaves the owner

    // dnsmasq, run-parts and cron pass over names that begin with a dot or end in a tilde.
    private const string Prefix = ".xenkube~";

    private static ReadOnlySpan<byte> PrefixBytes => ".xenkube~"u8;

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="content">All of its content.</param>
    /// <param name="mode">Permissions; by default those of the file that is there, or 0644 for a new one.</param>
    /// <param name="makeDirectory">True to make its directory where it is missing.</param>
    /// <exception cref="ItemNotFoundException">Its directory does not exist.</exception>
    /// <exception cref="InvalidInputException">Something other than a regular file is there.</exception>
    /// <exception cref="OperationFailedException">It cannot be written, or a link of another user is in its way.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null, bool makeDirectory = false) =>
        Write(path, content, mode, null, makeDirectory);

    /// <summary>Writes a file whose content is not in memory at any time; it appears when all of it is there.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="fill">Writes the content. An exception of it leaves what was there.</param>
    /// <param name="mode">Permissions.</param>
    internal static void Write(string path, Action<Stream> fill, UnixFileMode mode) => Write(path, [], mode, null, makeDirectory: false,
        fill: fill);

    /// <summary>
    /// Writes a file that a group reads. If this user may not give files to the group, the group can do nothing with the file.
    /// </summary>
    /// <param name="path">Where to.</param>
    /// <param name="content">All of its content.</param>
    /// <param name="mode">Permissions.</param>
    /// <param name="group">The number of the group; null for that of the file that is there, or the user's.</param>
    internal static void WriteFor(string path, ReadOnlySpan<byte> content, UnixFileMode mode, uint? group) =>
        Write(path, content, mode, null, makeDirectory: true, group);

    /// <summary>Writes a file as another one was.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="content">All of its content.</param>
    /// <param name="mode">Permissions.</param>
    /// <param name="owner">Owner and group.</param>
    internal static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, (uint User, uint Group) owner) =>
        Write(path, content, mode, owner, makeDirectory: false);

    private static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode, (uint User, uint Group)? owner,
        bool makeDirectory, uint? readers = null, Action<Stream>? fill = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            if (makeDirectory)
            {
                HostFile.MakeDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }
            using var place = PathWalk.Find(path);
            var there = place.Find();
            if (there is { IsRegularFile: false })
            {
                throw new InvalidInputException(ErrorIds.FileInvalid, path, null, "is not a regular file and is therefore not replaced");
            }
            RemoveLeftovers(place.Directory);
            Write(place, content, mode ?? (there?.Permissions & ReadWriteExecute) ?? FileModes.ReadableByAll, owner
                ?? (there is { } old ? (old.UserId, old.GroupId) : null), path, readers, fill);
        }
        catch (Exception e) when (e.IsMissingFile())
        {
            throw new ItemNotFoundException(ErrorIds.DirectoryNotFound, path, null, "its directory does not exist",
                "Make the directory first");
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw Failed(path, e);
        }
    }

    /// <summary>The error for a file that could not be written.</summary>
    internal static OperationFailedException Failed(string path, Exception e) => (Errno)e.HResult is Errno.NoSpace or Errno.QuotaExceeded
        ? new OperationFailedException(ErrorIds.DiskFull, path, null, $"cannot be written: {e.Message}", "Make room and try again", e)
        : new OperationFailedException(ErrorIds.FileNotWritable, path, null, e.FileReason(), SystemFailure.AdviceFor(e), e);

    private static void Write(HostPlace place, ReadOnlySpan<byte> content, UnixFileMode mode, (uint User, uint Group)? owner, string path,
        uint? readers, Action<Stream>? fill)
    {
        var directory = place.Directory;
        var name = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Guid.NewGuid():N}~\0"));
        var unnamed = directory.TryCreateUnnamed(PrivateFile.OwnerOnly);
        var isNamed = unnamed is null;
        using var file = unnamed ?? directory.Create(name, PrivateFile.OwnerOnly);
        try
        {
            // Held, so that nobody takes it for what a killed process left.
            _ = Libc.TryLock(file, FlockOperation.Exclusive | FlockOperation.NonBlocking);
            if (fill is null)
            {
                RandomAccess.Write(file, content, 0);
            }
            else
            {
                // The handle is closed where it was opened; the stream has nothing else to give back.
                var stream = new FileStream(file, FileAccess.Write, bufferSize: 0);
                fill(stream);
                stream.Flush();
            }
            KeepOwner(file, owner, path);
            if (readers is { } group && FileStatus.Read(file).GroupId != group && Libc.ChangeOwner(file, SameUser, group) != 0)
            {
                mode &= ~(UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute);
            }
            if (Libc.ChangeMode(file, (uint)mode) != 0)
            {
                throw SystemFailure.Last(path);
            }
            DurableFile.Synchronize(file);
            if (!isNamed)
            {
                isNamed = directory.TryLink(file, name);
            }
            directory.Rename(name, place.Name);
            isNamed = false;
            directory.Synchronize(file);
        }
        finally
        {
            if (isNamed)
            {
                TryRemove(directory, name);
            }
        }
    }

    private static void KeepOwner(SafeFileHandle file, (uint User, uint Group)? owner, string path)
    {
        var mine = FileStatus.Read(file);
        if (owner is var (user, group) && (user != mine.UserId || group != mine.GroupId) && Libc.ChangeOwner(file, user, group) != 0)
        {
            throw new OperationFailedException(ErrorIds.OwnerNotKept, path, null,
                $"cannot give the new file the owner of the old one: {Libc.LastErrorText}", "Run this as root or as the file's owner");
        }
    }

    /// <summary>Removes temporaries of processes that were killed: those of this user that nobody holds.</summary>
    private static void RemoveLeftovers(DirectoryHandle directory)
    {
        try
        {
            foreach (var name in directory.Names())
            {
                if (!name.AsSpan().StartsWith(PrefixBytes) || directory.Find(name) is not { IsRegularFile: true } found
                    || found.UserId != Libc.UserId)
                {
                    continue;
                }
                using var left = directory.TryOpenFile(name);
                if (left is not null && Libc.TryLock(left, FlockOperation.Exclusive | FlockOperation.NonBlocking))
                {
                    directory.Remove(name);
                }
            }
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // A file that is left over does no harm; the file itself must be written.
        }
    }

    private static void TryRemove(DirectoryHandle directory, byte[] name)
    {
        try
        {
            directory.Remove(name);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // The error on its way out says more.
        }
    }
}
