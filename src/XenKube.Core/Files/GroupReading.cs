using XenKube.Posix;

namespace XenKube.Files;

/// <summary>Lets a group read a file that only root could read.</summary>
internal static class GroupReading
{
    /// <summary>
    /// Lets a group read a file. A group that somebody else chose is left alone, and so is a file that another user could have put there.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="group">The group's number.</param>
    /// <returns>False where the group may not read the file.</returns>
    public static bool Allow(string path, uint group)
    {
        try
        {
            // Not File.OpenHandle: .NET takes a shared flock, and the start of a guest holds the exclusive one of its disk.
            using var file = FileStatus.TryRead(path) is { IsRegularFile: true } ? Libc.Open(path, OpenFlags.ReadOnly) : null;
            if (file is null)
            {
                return false;
            }
            var status = FileStatus.Read(file);
            var mode = status.Permissions;
            if ((mode & UnixFileMode.OtherRead) != 0 || (status.GroupId == group && (mode & UnixFileMode.GroupRead) != 0))
            {
                return true;
            }
            if (!FileTrust.IsRoot || !status.IsRegularFile || FileTrust.Distrust(path) is not null
                || (status.GroupId != 0 && status.GroupId != group && (mode & UnixFileMode.GroupRead) != 0)
                || Libc.ChangeOwner(file, status.UserId, group) != 0)
            {
                return false;
            }
            // Root's group could write; this one may only read.
            File.SetUnixFileMode(file, (mode & ~(UnixFileMode.GroupWrite | UnixFileMode.GroupExecute)) | UnixFileMode.GroupRead);
            return true;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return false;
        }
    }
}
