using System.Buffers.Binary;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// What a directory's default ACL gives to a new entry, as Linux does it (posix_acl_create_masq in fs/posix_acl.c). On the disk
/// (fs/ext4/acl.h) an ACL is a version, 1, and entries of a tag and permissions, with a number where the tag is one user or group.
/// </summary>
/// <param name="Access">The ACL of the new entry; null where its mode says it all.</param>
/// <param name="Mode">The permission bits that remain of those asked for.</param>
internal sealed record DefaultAcl(byte[]? Access, int Mode)
{
    public const string DefaultName = "system.posix_acl_default";
    public const string AccessName = "system.posix_acl_access";

    private const int VersionSize = 4;
    private const ushort Owner = 0x01;
    private const ushort User = 0x02;
    private const ushort OwningGroup = 0x04;
    private const ushort Group = 0x08;
    private const ushort Mask = 0x10;
    private const ushort Other = 0x20;
    private const int All = 7;

    /// <summary>Applies a default ACL; null where its bytes are none.</summary>
    /// <param name="bytes">The value of the attribute of the directory.</param>
    /// <param name="mode">The permission bits asked for.</param>
    public static DefaultAcl? Apply(ReadOnlySpan<byte> bytes, int mode)
    {
        if (bytes.Length < VersionSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != 1)
        {
            return null;
        }
        var access = bytes.ToArray();
        var (groupAt, maskAt, isMore) = (-1, -1, false);
        for (var at = VersionSize; at < access.Length;)
        {
            if (at + 4 > access.Length)
            {
                return null;
            }
            var tag = BinaryPrimitives.ReadUInt16LittleEndian(access.AsSpan(at));
            switch (tag)
            {
                case Owner:
                    mode = Limit(access, at, mode, 6);
                    break;
                case Other:
                    mode = Limit(access, at, mode, 0);
                    break;
                case OwningGroup:
                    groupAt = at;
                    break;
                case Mask:
                    (maskAt, isMore) = (at, true);
                    break;
                case User or Group:
                    isMore = true;
                    break;
                default:
                    return null;
            }
            at += tag is User or Group ? 8 : 4;
        }
        if (groupAt < 0 && maskAt < 0)
        {
            return null;
        }
        mode = Limit(access, maskAt >= 0 ? maskAt : groupAt, mode, 3);
        return new DefaultAcl(isMore ? access : null, mode);
    }

    // The entry and three bits of the mode become what both allow.
    private static int Limit(byte[] acl, int at, int mode, int shift)
    {
        var both = BinaryPrimitives.ReadUInt16LittleEndian(acl.AsSpan(at + 2)) & mode >> shift & All;
        BinaryPrimitives.WriteUInt16LittleEndian(acl.AsSpan(at + 2), (ushort)both);
        return mode & ~(All << shift) | both << shift;
    }
}
