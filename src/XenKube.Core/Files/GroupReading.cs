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
            // Without a lock: the start of a guest holds that of its disk.
            using var stream = HostFile.OpenNamed(path);
            var file = stream.SafeFileHandle;
            var status = FileStatus.Read(file);
            var mode = status.Permissions;
            if ((mode & UnixFileMode.OtherRead) != 0 || (status.GroupId == group && (mode & UnixFileMode.GroupRead) != 0))
            {
                return true;
            }
            if (!FileTrust.IsRoot || FileTrust.Distrust(path) is not null
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
