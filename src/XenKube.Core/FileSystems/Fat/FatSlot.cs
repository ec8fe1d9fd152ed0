using System.Buffers.Binary;

namespace XenKube.FileSystems.Fat;

/// <summary>One 32-byte directory entry (FAT specification, "FAT Directory Structure"): a short entry or a part of a long name.</summary>
internal static class FatSlot
{
    public const int Size = 32;

    public const byte EndMark = 0x00;
    public const byte FreeMark = 0xE5;

    /// <summary>Stands for a first byte that really is 0xE5.</summary>
    public const byte EscapedFreeMark = 0x05;

    public const byte ReadOnly = 0x01;
    public const byte VolumeId = 0x08;
    public const byte Directory = 0x10;
    public const byte Archive = 0x20;

    /// <summary>Read-only, hidden, system and volume id together mark a part of a long name.</summary>
    public const byte LongName = 0x0F;
    public const byte LongNameMask = 0x3F;

    /// <summary>Bits of the NT byte: the base, the extension is shown in lower case.</summary>
    public const byte LowerBase = 0x08;
    public const byte LowerExtension = 0x10;

    /// <summary>UTF-16 units of a name in one part.</summary>
    public const int UnitsPerPart = 13;

    /// <summary>Marks the part with the end of the name, which is the first one in the directory.</summary>
    public const byte LastPart = 0x40;

    private static ReadOnlySpan<byte> UnitOffsets => [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

    public static bool IsLongName(ReadOnlySpan<byte> slot) => (slot[11] & LongNameMask) == LongName;

    public static uint GetCluster(ReadOnlySpan<byte> slot, int bits) =>
        BinaryPrimitives.ReadUInt16LittleEndian(slot[26..]) | (bits == 32
            ? (uint)BinaryPrimitives.ReadUInt16LittleEndian(slot[20..]) << 16 : 0);

    public static void SetCluster(Span<byte> slot, uint cluster)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(slot[26..], (ushort)cluster);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[20..], (ushort)(cluster >> 16));
    }

    public static uint GetSize(ReadOnlySpan<byte> slot) => BinaryPrimitives.ReadUInt32LittleEndian(slot[28..]);

    public static void SetSize(Span<byte> slot, uint size) => BinaryPrimitives.WriteUInt32LittleEndian(slot[28..], size);

    /// <summary>The checksum of the short name that every part of its long name carries.</summary>
    public static byte Checksum(ReadOnlySpan<byte> shortName)
    {
        byte sum = 0;
        foreach (var b in shortName[..11])
        {
            sum = (byte)(((sum & 1) << 7) + (sum >> 1) + b);
        }
        return sum;
    }

    public static void ReadPart(ReadOnlySpan<byte> slot, Span<char> units)
    {
        for (var i = 0; i < UnitsPerPart; i++)
        {
            units[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(slot[UnitOffsets[i]..]);
        }
    }

    /// <summary>Writes one part of a long name.</summary>
    /// <param name="slot">Receives it.</param>
    /// <param name="name">The whole name.</param>
    /// <param name="index">Which 13 units of it, from 0.</param>
    /// <param name="checksum">Of the short name.</param>
    public static void WritePart(Span<byte> slot, ReadOnlySpan<char> name, int index, byte checksum)
    {
        slot[..Size].Clear();
        var start = index * UnitsPerPart;
        var isLast = start + UnitsPerPart >= name.Length;
        slot[0] = (byte)(index + 1 | (isLast ? LastPart : 0));
        slot[11] = LongName;
        slot[13] = checksum;
        for (var i = 0; i < UnitsPerPart; i++)
        {
            var at = start + i;
            var unit = at < name.Length ? name[at] : at == name.Length ? '\0' : '\uFFFF';
            BinaryPrimitives.WriteUInt16LittleEndian(slot[UnitOffsets[i]..], unit);
        }
    }
}
