using System.Globalization;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// Finds out which users may change a file, or put another in its place: the owner and the writers of the file itself and of each directory
/// on the way to it. In a
/// directory with the sticky bit, as /tmp has it, only the owner of an entry may replace the entry.
/// </summary>
internal static class FileTrust
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    // In a user namespace, files of those who have no number in it belong to this number (user_namespaces(7)). Nobody in it can be them.
    private static readonly Lazy<uint?> Outside = new(FindOutside);

    /// <summary>True if this process runs as root, which runs and believes what others wrote for everybody else's harm.</summary>
    public static bool IsRoot => Libc.UserId == 0;

    /// <summary>Why another user could have written what is at a place; null where root and this user alone could.</summary>
    /// <param name="place">A file or directory, for the message.</param>
    /// <param name="status">Its status.</param>
    public static string? Distrust(string place, FileStatus status)
    {
        if (!IsTrusted(status.UserId))
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"{Printable.Name(place)} belongs to user {status.UserId}, neither to you nor to root");
        }
        return !status.IsSymbolicLink && MayOthersWrite(status)
            ? $"others may write {Printable.Name(place)} (chmod go-w {Printable.Name(place)})" : null;
    }

    /// <summary>Why another user could have written a file, or put it where it is; null where root and this user alone could.</summary>
    /// <param name="path">The file or directory; a link is followed. A missing file is judged by the directories on the way to it.</param>
    public static string? Distrust(string path)
    {
        using var place = PathWalk.TryFind(path, LinkRule.Any);
        return place is null ? null : place.Distrust ?? (place.Find() is { } status ? Distrust(place.FullName, status) : null);
    }

    /// <summary>Refuses, where this process is root, a file that another user could have written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="distrust">Why it is not trusted; null where it is.</param>
    /// <exception cref="OperationFailedException">It is not trusted (<c>FileNotTrusted</c>).</exception>
    public static void Require(string path, string? distrust)
    {
        if (distrust is not null && IsRoot)
        {
            throw new OperationFailedException(ErrorIds.FileNotTrusted, path, null, $"root does not use it, because {distrust}",
                "Look at what it holds, then give it, and the directories on the way to it, to root (chown root) and take from others the right to write (chmod go-w)");
        }
    }

    /// <summary>True if a link may be followed: nobody but root and this user can have put it in its directory.</summary>
    /// <param name="link">The link.</param>
    /// <param name="directory">The directory that the link is in.</param>
    public static bool MayFollow(FileStatus link, FileStatus directory) => IsTrusted(link.UserId)
        && (IsRoot ? !MayOthersWrite(directory) : (directory.Permissions & UnixFileMode.OtherWrite) == 0 || directory.IsSticky);

    /// <summary>True if a user is neither root nor this one.</summary>
    public static bool IsStranger(uint user) => !IsTrusted(user);

    private static bool IsTrusted(uint owner) => owner == 0 || owner == Libc.UserId || owner == Outside.Value;

    private static bool MayOthersWrite(FileStatus status) =>
        (status.Permissions & WritableByOthers) != 0 && !(status.IsDirectory && status.IsSticky);

    private static uint? FindOutside() =>
        WholeFile.TryReadText("/proc/self/uid_map") is { } map
        && map.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not ["0", "0", "4294967295"]
        && uint.TryParse(WholeFile.TryReadText("/proc/sys/kernel/overflowuid"), NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out var outside)
            ? outside : null;
}
