using XenKube.FileSystems;

namespace XenKube.Etcd;

/// <summary>The directory of a member's data on the disk of a stopped node.</summary>
internal static class EtcdDataDirectory
{
    private const int OwnerOnly = 0x1C0; // 0700

    /// <summary>
    /// Puts the data of a member aside, as <c>member.TIME</c>: they may be the last copy. etcd panics over data of a member that is not one
    /// any more.
    /// </summary>
    /// <param name="root">The file system.</param>
    public static void PutAside(IFileSystem root)
    {
        if (root.Find(EtcdLayout.MemberDirectory) is { Kind: FileSystemEntryKind.Directory })
        {
            root.Rename(EtcdLayout.MemberDirectory, $"{EtcdLayout.MemberDirectory}.{DateTime.UtcNow:yyyyMMddHHmmssfff}");
        }
    }

    /// <summary>Makes the directory where it is missing.</summary>
    /// <param name="root">The file system.</param>
    /// <returns>Its owner, whom the data in it must belong to.</returns>
    public static FileAttributesChange Require(IFileSystem root)
    {
        var at = "";
        foreach (var part in EtcdLayout.DataDirectory.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at += "/" + part;
            if (root.Find(at) is null)
            {
                root.CreateDirectory(at, at == EtcdLayout.DataDirectory
                    ? new FileAttributesChange(OwnerOnly, EtcdLayout.User, EtcdLayout.User) : null);
            }
        }
        var found = root.Find(EtcdLayout.DataDirectory)!;
        if (found.UserId != 0)
        {
            return new FileAttributesChange(null, found.UserId, found.GroupId);
        }
        // An image may bring the directory as root's. etcd does not run as root, and could not enter it.
        var owner = new FileAttributesChange(null, EtcdLayout.User, EtcdLayout.User);
        root.SetAttributes(EtcdLayout.DataDirectory, owner);
        return owner;
    }
}
