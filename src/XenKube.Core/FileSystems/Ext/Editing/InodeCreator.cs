using System.Globalization;
using XenKube.Checksums;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Makes inodes, and sets their owner, mode and times.</summary>
internal sealed class InodeCreator(ExtVolume volume, InodeAllocator inodes, FileMapEditor maps, AttributeEditor extended)
{
    // sizeof(struct ext4_inode) - EXT4_GOOD_OLD_INODE_SIZE, which mke2fs and the kernel use.
    private const int UsualExtraSize = 32;

    /// <summary>Makes an inode for a new name, with what it inherits from its directory and an empty map.</summary>
    public ExtInode Create(PathPlace place, InodeType type, int permissions, FileAttributesChange? attributes, DateTime now)
    {
        var parent = volume.ReadUsedInode(place.Parent);
        if (!parent.IsDirectory)
        {
            throw new ItemNotFoundException(ErrorIds.DirectoryNotFound, volume.Store.Device.Name, place.Name,
                "what is above it is not a directory");
        }
        var isDirectory = type == InodeType.Directory;
        var number = inodes.Take(volume.GroupOfInode(place.Parent), isDirectory);
        var inode = new ExtInode(number, new byte[volume.Superblock.InodeSize]);
        if (inode.Bytes.Length > ExtInode.CoreSize)
        {
            var wanted = volume.Superblock.WantedExtraSize;
            inode.ExtraSize = wanted is >= 4 && wanted % 4 == 0 && wanted <= inode.Bytes.Length - ExtInode.CoreSize
                ? wanted : Math.Min(UsualExtraSize, inode.Bytes.Length - ExtInode.CoreSize);
        }
        inode.Mode = (ushort)((int)type | permissions);
        inode.Links = 1;
        inode.Flags = parent.Flags & (isDirectory ? InodeFlags.InheritedByDirectories : InodeFlags.InheritedByFiles);
        if (parent.Has(InodeFlags.ProjectInherit) && inode.HasProject)
        {
            inode.Project = parent.Project;
        }
        inode.Generation = Crc32C.Append(Crc32C.Append(volume.ChecksumSeed, number), (ulong)now.Ticks);
        inode.SetTimes(now);
        inode.SetCreated(now);
        maps.Clear(inode);
        Inherit(parent, inode, attributes);
        Apply(inode, attributes is null ? null : attributes with { Mode = null });
        return inode;
    }

    // As Linux does it: in a directory with the set-group-ID bit new entries get its group, and new directories the bit as well
    // (inode_init_owner); a default ACL takes the place of the umask. A caller that names group or attributes wants those.
    private void Inherit(ExtInode parent, ExtInode inode, FileAttributesChange? attributes)
    {
        if ((parent.Mode & FileModes.SetGroupId) != 0 && attributes?.GroupId is null)
        {
            inode.GroupId = parent.GroupId;
            inode.Mode |= (ushort)(inode.IsDirectory ? FileModes.SetGroupId : 0);
        }
        if (inode.IsLink || attributes?.ExtendedAttributes is not null || extended.Find(parent, DefaultAcl.DefaultName) is not { } value)
        {
            return;
        }
        var mode = attributes?.Mode is not null ? inode.Mode & FileModes.All : inode.Mode & FileModes.SetGroupId | (inode.IsDirectory
            ? FileModes.Everybody : FileModes.EverybodysFile);
        if (DefaultAcl.Apply(value, mode) is not { } acl)
        {
            return;
        }
        inode.Mode = (ushort)((int)inode.Type | acl.Mode);
        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (acl.Access is not null)
        {
            values.Add(DefaultAcl.AccessName, acl.Access);
        }
        if (inode.IsDirectory)
        {
            values.Add(DefaultAcl.DefaultName, value);
        }
        extended.Replace(inode, values);
    }

    /// <summary>Sets what a change names; null keeps everything.</summary>
    public void Apply(ExtInode inode, FileAttributesChange? attributes)
    {
        if (attributes is null)
        {
            return;
        }
        if (attributes.Mode is { } mode)
        {
            inode.Mode = (ushort)((int)inode.Type | (mode & FileModes.All));
        }
        if (attributes.UserId is { } user)
        {
            inode.UserId = Identifier(user);
        }
        if (attributes.GroupId is { } group)
        {
            inode.GroupId = Identifier(group);
        }
        if (attributes.TimeUtc is { } time)
        {
            inode.SetTimes(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time);
        }
        if (attributes.ExtendedAttributes is { } values)
        {
            extended.Replace(inode, values);
        }
    }

    private static uint Identifier(long value) => value is >= 0 and <= uint.MaxValue ? (uint)value
        : throw new InvalidInputException(ErrorIds.OwnerInvalid, null, null,
            string.Create(CultureInfo.InvariantCulture, $"{value} is not a user or group number"));
}
