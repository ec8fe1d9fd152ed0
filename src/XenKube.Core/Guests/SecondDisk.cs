namespace XenKube.Guests;

/// <summary>
/// The disk with a guest's config among the disks of the guest: attached under the first free name after the guest's own disk.
/// </summary>
internal static class SecondDisk
{
    /// <summary>The disks with that of the config, or without it.</summary>
    /// <param name="disks">The disks.</param>
    /// <param name="path">The disk with the config.</param>
    /// <param name="isWanted">Whether it is to be attached.</param>
    /// <exception cref="InvalidInputException">All names of disks are taken.</exception>
    public static IReadOnlyList<XenDisk> Attach(IReadOnlyList<XenDisk> disks, string path, bool isWanted)
    {
        if (isWanted && disks.Any(disk => disk.Target == path && disk.IsReadOnly))
        {
            return disks;
        }
        List<XenDisk> others = [.. disks.Where(disk => disk.Target != path)];
        if (!isWanted)
        {
            return others;
        }
        var taken = others.Select(disk => disk.Device).ToHashSet(StringComparer.Ordinal);
        var free = Enumerable.Range('b', 'z' - 'a').Select(letter => $"xvd{(char)letter}").FirstOrDefault(name => !taken.Contains(name));
        return free is null ? throw new InvalidInputException(ErrorIds.GuestConfigInvalid, path, null,
            "the guest has disks at all names from xvdb to xvdz, so that the disk with its config cannot be attached",
            "Take a disk away from disk= in the guest's configuration, or have the config come in another way")
            : [.. others, XenDisk.CreateReadOnly(path, free)];
    }
}
