using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace XenKube.Posix;

/// <summary>What statx(2) says of a file, such as its owner and inode, which .NET does not show.</summary>
/// <param name="Mode">Type and permissions, as in st_mode.</param>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="Identity">Which file it is.</param>
/// <param name="Inode">Number of the inode, that of the node for a device.</param>
/// <param name="BlockDevice">For a block device, its own number; null for other files.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="ModifiedNanoseconds">Time of the last change of its content, in nanoseconds since 1970.</param>
/// <param name="ChangedNanoseconds">Time of the last change of its content, owner, mode or names, in nanoseconds since 1970.</param>
internal readonly record struct FileStatus(
    uint Mode, uint UserId, uint GroupId, FileIdentity Identity, ulong Inode, (uint Major, uint Minor)? BlockDevice, long Size,
    long ModifiedNanoseconds, long ChangedNanoseconds)
{
    private const uint TypeMask = 0xF000;
    private const uint RegularFileType = 0x8000;
    private const uint DirectoryType = 0x4000;
    private const uint SymbolicLinkType = 0xA000;
    private const uint BlockDeviceType = 0x6000;

    /// <summary>Size of struct statx.</summary>
    private const int StructureSize = 256;

    public bool IsRegularFile => (Mode & TypeMask) == RegularFileType;

    public bool IsDirectory => (Mode & TypeMask) == DirectoryType;

    public bool IsBlockDevice => BlockDevice is not null;

    public bool IsSymbolicLink => (Mode & TypeMask) == SymbolicLinkType;

    /// <summary>True if the owner of the directory, or of the entry, is the only one who may remove or rename an entry.</summary>
    public bool IsSticky => (Mode & 0x200) != 0;

    public UnixFileMode Permissions => (UnixFileMode)(Mode & 0xFFF);

    /// <summary>How many names the file has.</summary>
    public uint Links { get; private init; }

    /// <summary>The device that holds the file, as one number.</summary>
    public ulong Device => ((ulong)Identity.Major << 32) | Identity.Minor;

    /// <summary>The status of a path; null where nothing is there.</summary>
    /// <param name="path">The path.</param>
    /// <param name="follow">True to follow a link in the last place.</param>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileStatus? Read(string path, bool follow = true)
    {
        Span<byte> status = stackalloc byte[StructureSize];
        return Libc.Stat(path, follow, status) == 0 ? From(status)
            : Libc.LastError is Errno.NoEntry or Errno.NotADirectory ? null
            : throw new IOException($"{path}: {Libc.LastErrorText}", (int)Libc.LastError);
    }

    /// <summary>The status of a path, links followed; null where nothing is there or can be looked at.</summary>
    public static FileStatus? TryRead(string path)
    {
        Span<byte> status = stackalloc byte[StructureSize];
        return Libc.Stat(path, follow: true, status) == 0 ? From(status) : null;
    }

    /// <summary>The status of a name in an open directory, links not followed; null when there is nothing.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The bytes of the name, and a zero.</param>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileStatus? ReadAt(int directory, byte[] name)
    {
        Span<byte> status = stackalloc byte[StructureSize];
        return Libc.Stat(directory, name, status) == 0 ? From(status)
            : Libc.LastError is Errno.NoEntry or Errno.NotADirectory ? null
            : throw new IOException(Libc.LastErrorText, (int)Libc.LastError);
    }

    /// <summary>The status of an open file.</summary>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public static FileStatus Read(SafeHandle file)
    {
        Span<byte> status = stackalloc byte[StructureSize];
        return Libc.Stat(file, status) == 0 ? From(status) : throw new IOException(Libc.LastErrorText, (int)Libc.LastError);
    }

    /// <summary>The same as <see cref="Read(string, bool)"/> for a file of the host.</summary>
    /// <exception cref="OperationFailedException">It cannot be looked at; the error names the file.</exception>
    public static FileStatus? Of(string path, bool follow = true)
    {
        Span<byte> status = stackalloc byte[StructureSize];
        return Libc.Stat(path, follow, status) == 0 ? From(status)
            : Libc.LastError is Errno.NoEntry or Errno.NotADirectory ? null
            : throw new OperationFailedException(
                ErrorIds.FileNotReadable, Printable.Of(path), null, Libc.LastErrorText, Libc.LastError == Errno.PermissionDenied
                    ? "Run this as root" : null);
    }

    /// <summary>Reads struct statx, statx(2).</summary>
    private static FileStatus From(ReadOnlySpan<byte> status)
    {
        const int links = 0x10, userId = 0x14, groupId = 0x18, mode = 0x1C, inode = 0x20, size = 0x28, changed = 0x60, modified = 0x70;
        const int specialMajor = 0x80, specialMinor = 0x84, deviceMajor = 0x88, deviceMinor = 0x8C;
        var kind = BinaryPrimitives.ReadUInt16LittleEndian(status[mode..]);
        var number = BinaryPrimitives.ReadUInt64LittleEndian(status[inode..]);
        (uint Major, uint Minor)? block = (kind & TypeMask) != BlockDeviceType
            ? null
            : (BinaryPrimitives.ReadUInt32LittleEndian(status[specialMajor..]),
                BinaryPrimitives.ReadUInt32LittleEndian(status[specialMinor..]));
        return new FileStatus(
            Mode: kind,
            UserId: BinaryPrimitives.ReadUInt32LittleEndian(status[userId..]),
            GroupId: BinaryPrimitives.ReadUInt32LittleEndian(status[groupId..]),
            Identity: block is { } device
                ? new FileIdentity(device.Major, device.Minor, Inode: 0)
                : new FileIdentity(
                    Major: BinaryPrimitives.ReadUInt32LittleEndian(status[deviceMajor..]),
                    Minor: BinaryPrimitives.ReadUInt32LittleEndian(status[deviceMinor..]),
                    Inode: number),
            Inode: number,
            BlockDevice: block,
            Size: BinaryPrimitives.ReadInt64LittleEndian(status[size..]),
            ModifiedNanoseconds: Nanoseconds(status[modified..]),
            ChangedNanoseconds: Nanoseconds(status[changed..]))
        { Links = BinaryPrimitives.ReadUInt32LittleEndian(status[links..]) };
    }

    /// <summary>Reads struct statx_timestamp.</summary>
    private static long Nanoseconds(ReadOnlySpan<byte> time) =>
        (BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]);
}
