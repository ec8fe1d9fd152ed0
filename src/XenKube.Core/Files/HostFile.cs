using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// What is done with files of XENDIR, /etc and /var besides reading them whole and replacing them. Links are followed only where root or
/// this user made them; removing follows none in the last place. Failures are IOException or UnauthorizedAccessException, as .NET's own.
/// </summary>
internal static class HostFile
{
    private const UnixFileMode All = (UnixFileMode)0x1FF;
    private const UnixFileMode NotForOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>What is at a path; null if nothing is there.</summary>
    /// <param name="path">The path.</param>
    /// <param name="follow">True to follow a link in the last place.</param>
    public static FileStatus? Find(string path, bool follow = true)
    {
        using var place = PathWalk.TryFind(path, followLast: follow);
        return place?.Find();
    }

    /// <summary>Opens a regular file for reading; null if nothing is there. Nothing is waited for, and no lock is taken.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isTrusted">True for what root would run or believe: refused where another user could have written it.</param>
    /// <exception cref="NotRegularFileException">It is something else.</exception>
    /// <exception cref="OperationFailedException">It is not trusted, or a link of another user is in its way
    /// (<c>FileNotTrusted</c>).</exception>
    public static SafeFileHandle? TryOpen(string path, bool isTrusted = false)
    {
        using var place = PathWalk.TryFind(path);
        return place?.TryOpen(isTrusted);
    }

    /// <summary>The same; an error if nothing is there.</summary>
    /// <inheritdoc cref="TryOpen(string, bool)" path="//param|//exception"/>
    public static FileStream Open(string path, bool isTrusted = false) =>
        new(TryOpen(path, isTrusted) ?? throw new FileNotFoundException("does not exist", path), FileAccess.Read, bufferSize: 0);

    /// <summary>
    /// Opens a regular file that the user names, for reading, all links followed. Nothing is waited for, and no lock is taken.
    /// </summary>
    /// <inheritdoc cref="TryOpen(string, bool)" path="//exception"/>
    public static FileStream OpenNamed(string path)
    {
        var handle = Libc.Open(path, OpenFlags.NonBlocking | OpenFlags.NoTerminal) ?? throw SystemFailure.Last(path);
        try
        {
            var status = FileStatus.Read(handle);
            return status.IsRegularFile ? new(handle, FileAccess.Read, bufferSize: 0)
                : throw new NotRegularFileException(status.IsDirectory ? "is a directory, not a file" : "is not a regular file");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Removes a file, if there is one and it can be removed.</summary>
    /// <param name="path">The file.</param>
    public static void TryRemove(string path)
    {
        try
        {
            Remove(path);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            // It is left, and the caller goes on.
        }
    }

    /// <summary>Removes a file, or a link itself. False if nothing is there.</summary>
    public static bool Remove(string path)
    {
        using var place = PathWalk.TryFind(path, followLast: false);
        if (place is null || !place.Directory.Remove(place.Name))
        {
            return false;
        }
        place.Directory.Synchronize();
        return true;
    }

    /// <summary>Removes a file, a link itself, or a directory with all that it holds. False if nothing is there.</summary>
    public static bool RemoveTree(string path)
    {
        using var place = PathWalk.TryFind(path, followLast: false);
        if (place is null || !place.Directory.RemoveTree(place.Name))
        {
            return false;
        }
        place.Directory.Synchronize();
        return true;
    }

    /// <summary>Makes a directory, and those on the way to it, where they are missing.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="mode">Permissions of what is made, less the umask.</param>
    public static void MakeDirectory(string path, UnixFileMode mode = All)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (full == "/")
        {
            return;
        }
        using var known = PathWalk.TryFind(full);
        if (known?.Find() is { } there)
        {
            if (!there.IsDirectory)
            {
                throw new IOException("is not a directory", (int)Errno.NotADirectory);
            }
            return;
        }
        if (known is null)
        {
            MakeDirectory(Path.GetDirectoryName(full)!, mode);
        }
        using var place = PathWalk.Find(full);
        // Whatever umask root happens to have, others must not write in what root uses.
        place.Directory.Make(place.Name, FileTrust.IsRoot ? mode & ~NotForOthers : mode).Dispose();
        place.Directory.Synchronize();
    }

    /// <summary>Puts a symbolic link in the place of what is there, a directory excepted.</summary>
    public static void ReplaceLink(string path, string target)
    {
        using var place = PathWalk.Find(path, followLast: false);
        place.Directory.Remove(place.Name);
        place.Directory.MakeLink(place.Name, target);
        place.Directory.Synchronize();
    }

    /// <summary>Makes a symbolic link that is not there yet.</summary>
    public static void MakeLink(string path, string target)
    {
        using var place = PathWalk.Find(path, followLast: false);
        place.Directory.MakeLink(place.Name, target);
        place.Directory.Synchronize();
    }

    /// <summary>
    /// Gives a finished file the name of another file in the same directory, in one step. A link in the other's place is replaced.
    /// </summary>
    /// <param name="path">The finished file.</param>
    /// <param name="replaced">The name that it gets.</param>
    public static void Replace(string path, string replaced)
    {
        using var from = PathWalk.Find(path, followLast: false);
        using var to = PathWalk.Find(replaced, followLast: false);
        from.Directory.MoveTo(from.Name, to.Directory, to.Name);
        to.Directory.Synchronize();
    }

    /// <summary>Where a symbolic link itself leads; null if no link is there.</summary>
    public static string? ReadLink(string path)
    {
        using var place = PathWalk.TryFind(path, followLast: false);
        return place?.Directory.ReadLink(place.Name);
    }

    /// <summary>Gives a file the time of now as that of its last change.</summary>
    public static void Touch(string path)
    {
        using var place = PathWalk.Find(path);
        using var file = place.Directory.TryOpenFile(place.Name);
        if (file is not null && Libc.Touch(file) != 0)
        {
            throw SystemFailure.Last(path);
        }
    }
}
