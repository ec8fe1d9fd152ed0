using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// Replaces a file in one step: a temporary beside it, fsync, rename, fsync of the directory. Mode and owner of the file
/// that was there are kept, and a symbolic link stays one: the file it points to is replaced.
/// </summary>
internal static class AtomicFile
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes a file.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="content">All of its content.</param>
    /// <param name="mode">Permissions; by default those of the file that is there, or 0644 for a new one.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null)
    {
        string? temporary = null;
        try
        {
            var isLink = FileStatus.Read(path, follow: false) is { IsSymbolicLink: true };
            var target = isLink ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName : Path.GetFullPath(path);
            var there = FileStatus.Read(target);
            if (there is { IsRegularFile: false })
            {
                throw new InvalidInputException(ErrorIds.FileInvalid, path, null, "is not a regular file and is therefore not replaced");
            }
            var directory = Path.GetDirectoryName(target)!;
            temporary = Path.Combine(directory, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}");
            using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(content);
                if (there is { } old && (old.UserId != Libc.UserId || old.GroupId != Libc.GroupId))
                {
                    ChangeOwner(temporary, old);
                }
                File.SetUnixFileMode(file.SafeFileHandle, mode ?? there?.Permissions ?? Plain);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
            temporary = null;
            Libc.SynchronizeDirectory(directory);
        }
        catch (Exception e) when (e.IsMissingFile())
        {
            throw new ItemNotFoundException(ErrorIds.DirectoryNotFound, path, null, "its directory does not exist", "Make the directory first");
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotWritable, path, null, e.Message, innerException: e);
        }
        finally
        {
            if (temporary is not null)
            {
                try
                {
                    File.Delete(temporary);
                }
                catch (Exception e) when (e.IsFileTrouble())
                {
                    // The error on its way out says more.
                }
            }
        }
    }

    private static void ChangeOwner(string path, FileStatus old)
    {
        if (Libc.ChangeOwner(path, old.UserId, old.GroupId) != 0)
        {
            throw new OperationFailedException(ErrorIds.OwnerNotKept, path, null, $"cannot give the new file the owner of the old one: {Libc.LastErrorText}", "Run this as root or as the file's owner");
        }
    }
}
