using System.Buffers.Binary;
using XenKube.Checksums;

namespace XenKube.FileSystems.Ext.Structures;

/// <summary>An inode: a copy of its bytes with the fields by name. Bytes without a name here are kept.</summary>
internal sealed class ExtInode
{
    public const uint Root = 2;
    public const int MapSize = 60;

    private const int TypeMask = 0xF000;

    /// <summary>The fields that every inode has; what is after them depends on i_extra_isize.</summary>
    public const int CoreSize = 0x80;

    private const int ModeAt = 0x00;
    private const int AccessedAt = 0x08;
    private const int ChangedAt = 0x0C;
    private const int ModifiedAt = 0x10;
    private const int ChecksumLowAt = 0x7C;
    private const int ExtraSizeAt = 0x80;
    private const int ChecksumHighAt = 0x82;
    private const int ChangedExtraAt = 0x84;
    private const int ModifiedExtraAt = 0x88;
    private const int AccessedExtraAt = 0x8C;
    private const int CreatedAt = 0x90;
    private const int CreatedExtraAt = 0x94;
    private const int ProjectAt = 0x9C;

    public ExtInode(uint number, byte[] bytes)
    {
        Number = number;
        Bytes = bytes;
    }

    public uint Number { get; }

    public byte[] Bytes { get; }

    public ushort Mode
    {
        get => U16(ModeAt);
        set => Set16(ModeAt, value);
    }

    public InodeType Type => (InodeType)(Mode & TypeMask);

    public bool IsDirectory => Type == InodeType.Directory;

    public bool IsFile => Type == InodeType.RegularFile;

    public bool IsLink => Type == InodeType.SymbolicLink;

    public uint UserId
    {
        get => U16(0x02) | (uint)U16(0x78) << 16;
        set
        {
            Set16(0x02, (ushort)value);
            Set16(0x78, (ushort)(value >> 16));
        }
    }

    public uint GroupId
    {
        get => U16(0x18) | (uint)U16(0x7A) << 16;
        set
        {
            Set16(0x18, (ushort)value);
            Set16(0x7A, (ushort)(value >> 16));
        }
    }

    /// <summary>i_size; the upper half was i_dir_acl once, and counts for directories only with large_dir.</summary>
    public long Size
    {
        get => U32(0x04) | (long)(U32(0x6C) & 0x7FFFFFFF) << 32;
        set
        {
            Set32(0x04, (uint)value);
            Set32(0x6C, (uint)(value >> 32));
        }
    }

    public uint DeletionTime
    {
        get => U32(0x14);
        set => Set32(0x14, value);
    }

    public ushort Links
    {
        get => U16(0x1A);
        set => Set16(0x1A, value);
    }

    public InodeFlags Flags
    {
        get => (InodeFlags)U32(0x20);
        set => Set32(0x20, (uint)value);
    }

    /// <summary>i_blocks as stored: in sectors, or in file system blocks under the huge_file flag.</summary>
    public long StoredBlocks
    {
        get => U32(0x1C) | (long)U16(0x74) << 32;
        set
        {
            Set32(0x1C, (uint)value);
            Set16(0x74, (ushort)(value >> 32));
        }
    }

    public Span<byte> Map => Bytes.AsSpan(0x28, MapSize);

    public uint Generation
    {
        get => U32(0x64);
        set => Set32(0x64, value);
    }

    public long AttributeBlock
    {
        get => U32(0x68) | (long)U16(0x76) << 32;
        set
        {
            Set32(0x68, (uint)value);
            Set16(0x76, (ushort)(value >> 32));
        }
    }

    /// <summary>i_extra_isize: how much of the room after the first 128 bytes is fields.</summary>
    public int ExtraSize
    {
        get => Bytes.Length > CoreSize ? U16(ExtraSizeAt) : 0;
        set => Set16(ExtraSizeAt, (ushort)value);
    }

    /// <summary>True where the inode has room for a project number.</summary>
    public bool HasProject => ExtraSize >= ProjectAt + sizeof(uint) - CoreSize;

    public uint Project
    {
        get => HasProject ? U32(ProjectAt) : 0;
        set => Set32(ProjectAt, value);
    }

    public bool Has(InodeFlags flag) => (Flags & flag) != 0;

    public DateTime ModifiedUtc => Time(ModifiedAt, ModifiedExtraAt);

    /// <summary>Sets atime, ctime and mtime.</summary>
    public void SetTimes(DateTime utc)
    {
        SetTime(AccessedAt, AccessedExtraAt, utc);
        SetChanged(utc);
        SetTime(ModifiedAt, ModifiedExtraAt, utc);
    }

    public void SetModified(DateTime utc) => SetTime(ModifiedAt, ModifiedExtraAt, utc);

    public void SetChanged(DateTime utc) => SetTime(ChangedAt, ChangedExtraAt, utc);

    public void SetCreated(DateTime utc)
    {
        if (HasExtra(CreatedExtraAt))
        {
            SetTime(CreatedAt, CreatedExtraAt, utc);
        }
    }

    /// <summary>i_checksum over all of the inode with its own two halves as zeros.</summary>
    public uint Checksum(uint fileSystemSeed)
    {
        var crc = Crc32C.Append(Seed(fileSystemSeed), Bytes.AsSpan(0, ChecksumLowAt));
        crc = Crc32C.Append(Crc32C.Append(crc, [0, 0]), Bytes.AsSpan(ChecksumLowAt + 2, CoreSize - ChecksumLowAt - 2));
        if (Bytes.Length == CoreSize)
        {
            return crc & 0xFFFF;
        }
        if (!HasExtra(ChecksumHighAt))
        {
            return Crc32C.Append(crc, Bytes.AsSpan(CoreSize)) & 0xFFFF;
        }
        crc = Crc32C.Append(Crc32C.Append(crc, Bytes.AsSpan(CoreSize, ChecksumHighAt - CoreSize)), [0, 0]);
        return Crc32C.Append(crc, Bytes.AsSpan(ChecksumHighAt + 2));
    }

    public uint StoredChecksum
    {
        get => U16(ChecksumLowAt) | (HasExtra(ChecksumHighAt) ? (uint)U16(ChecksumHighAt) << 16 : 0);
        set
        {
            Set16(ChecksumLowAt, (ushort)value);
            if (HasExtra(ChecksumHighAt))
            {
                Set16(ChecksumHighAt, (ushort)(value >> 16));
            }
        }
    }

    /// <summary>The seed of the checksums of the blocks that belong to this inode.</summary>
    public uint Seed(uint fileSystemSeed) => Crc32C.Append(Crc32C.Append(fileSystemSeed, Number), Generation);

    private bool HasExtra(int offset) => Bytes.Length > CoreSize && ExtraSize >= offset + 2 - CoreSize
        && CoreSize + ExtraSize <= Bytes.Length;

    // i_Xtime_extra: two bits that extend the epoch to 2446, thirty bits of nanoseconds.
    private DateTime Time(int offset, int extraAt)
    {
        long seconds = (int)U32(offset);
        long nanoseconds = 0;
        if (HasExtra(extraAt + 2))
        {
            var extra = U32(extraAt);
            seconds += (long)(extra & 3) << 32;
            nanoseconds = Math.Min(extra >> 2, 999_999_999);
        }
        return DateTime.UnixEpoch.AddSeconds(seconds).AddTicks(nanoseconds / 100);
    }

    private void SetTime(int offset, int extraAt, DateTime utc)
    {
        var ticks = utc.Ticks - DateTime.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
        {
            rest += TimeSpan.TicksPerSecond;
            seconds--;
        }
        if (HasExtra(extraAt + 2))
        {
            seconds = Math.Clamp(seconds, int.MinValue, int.MaxValue + (3L << 32));
            Set32(offset, (uint)seconds);
            Set32(extraAt, (uint)((seconds - (int)seconds) >> 32 & 3) | (uint)(rest * 100) << 2);
        }
        else
        {
            Set32(offset, (uint)Math.Clamp(seconds, int.MinValue, int.MaxValue));
        }
    }

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(offset));

    private void Set16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Bytes.AsSpan(offset), value);

    private void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(offset), value);
}
