using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>Files and directories that other users must not read, because secrets are in them.</summary>
internal static class PrivateFile
{
    /// <summary>Read and write for the owner.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Everything for the owner: the mode of a directory.</summary>
    public const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;

    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Whether a user who is neither the owner nor in the group can read a file, as far as its own permissions say.</summary>
    /// <param name="path">The file; links are followed.</param>
    public static bool IsOpen(string path) => FileStatus.TryRead(path) is { } status && (status.Permissions & UnixFileMode.OtherRead) != 0;

    /// <summary>Permissions without those of other users.</summary>
    public static UnixFileMode WithoutOthers(UnixFileMode permissions) => permissions & ~Others;

    /// <summary>Takes the permissions of other users from a file or directory, and gives its group to those who have to read it.</summary>
    /// <param name="path">The file or directory; links of other users are not followed.</param>
    /// <param name="group">The group; null to leave it.</param>
    /// <returns>False if this user may not: the file stays as it is.</returns>
    public static bool Close(string path, uint? group = null)
    {
        try
        {
            using var place = PathWalk.TryFind(path);
            if (place?.Find() is not { } found)
            {
                return false;
            }
            using var directory = found.IsDirectory ? place.Directory.Enter(place.Name) : null;
            using var file = directory?.OpenReadable() ?? place.TryOpen();
            return file is not null && Close(file, group);
        }
        catch (Exception e) when (e.IsFileTrouble() || e is XenKubeException)
        {
            return false;
        }
    }

    /// <summary>Takes the permissions of everybody but the owner from a directory.</summary>
    /// <param name="path">The directory; links of other users are not followed.</param>
    public static void CloseToOwner(string path)
    {
        using var place = PathWalk.Find(path);
        using var directory = place.Directory.Enter(place.Name);
        using var file = directory?.OpenReadable();
        if (file is not null && FileStatus.Read(file).Permissions is var mode && (mode & (Group | Others)) != 0
            && Libc.ChangeMode(file, (uint)(mode & ~(Group | Others))) != 0)
        {
            throw SystemFailure.Last(path);
        }
    }

    private static bool Close(SafeFileHandle file, uint? group)
    {
        var status = FileStatus.Read(file);
        if (group is { } readers && readers != status.GroupId && Libc.ChangeOwner(file, status.UserId, readers) != 0)
        {
            return false;
        }
        return (status.Permissions & Others) == 0 || Libc.ChangeMode(file, (uint)WithoutOthers(status.Permissions)) == 0;
    }
}
