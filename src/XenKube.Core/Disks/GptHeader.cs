using System.Buffers.Binary;
using XenKube.Checksums;
using XenKube.Devices;

namespace XenKube.Disks;

/// <summary>GPT header, UEFI 2.10 section 5.3.2. The CRC covers HeaderSize bytes with its own field zeroed.</summary>
internal readonly record struct GptHeader(
    long MyLba, long AlternateLba, long FirstUsable, long LastUsable, Guid DiskId, long EntriesLba, int EntryCount, int EntrySize,
    uint EntriesCrc)
{
    /// <summary>Bytes of all entries together.</summary>
    public int EntriesSize => EntryCount * EntrySize;

    /// <summary>True if the sector begins as a header does, sound or not.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> sector) => sector.StartsWith("EFI PART"u8);

    /// <summary>Reads a header and checks all that can be determined from it alone.</summary>
    /// <param name="sector">The whole sector.</param>
    /// <param name="lba">Where it was read.</param>
    /// <param name="diskSectors">Length of the disk in sectors.</param>
    public static GptHeader Read(ReadOnlySpan<byte> sector, long lba, long diskSectors)
    {
        var offset = lba * sector.Length;
        if (!HasSignature(sector))
        {
            throw CorruptImageException.At("GPT header", offset, "no 'EFI PART'");
        }
        var headerSize = BinaryPrimitives.ReadUInt32LittleEndian(sector[0x0C..]);
        if (headerSize < 92 || headerSize > sector.Length)
        {
            throw CorruptImageException.At("GPT header", offset, $"impossible header size {headerSize}");
        }
        Span<byte> copy = stackalloc byte[(int)headerSize];
        sector[..copy.Length].CopyTo(copy);
        copy.Slice(0x10, 4).Clear();
        if (Crc32.Compute(copy) != BinaryPrimitives.ReadUInt32LittleEndian(sector[0x10..]))
        {
            throw CorruptImageException.At("GPT header", offset, "its checksum does not match");
        }
        var revision = BinaryPrimitives.ReadUInt32LittleEndian(sector[0x08..]);
        if (revision >> 16 != 1)
        {
            throw CorruptImageException.At("GPT header", offset, $"unknown revision 0x{revision:x8}");
        }
        var header = new GptHeader(
            BinaryPrimitives.ReadInt64LittleEndian(sector[0x18..]),
            BinaryPrimitives.ReadInt64LittleEndian(sector[0x20..]),
            BinaryPrimitives.ReadInt64LittleEndian(sector[0x28..]),
            BinaryPrimitives.ReadInt64LittleEndian(sector[0x30..]),
            new Guid(sector.Slice(0x38, 16)),
            BinaryPrimitives.ReadInt64LittleEndian(sector[0x48..]),
            (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(sector[0x50..]), int.MaxValue),
            (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(sector[0x54..]), int.MaxValue),
            BinaryPrimitives.ReadUInt32LittleEndian(sector[0x58..]));
        if (header.MyLba != lba)
        {
            throw CorruptImageException.At("GPT header", offset, $"it gives its own place as sector {header.MyLba}");
        }
        if (header.EntrySize < GptEntry.MinimumSize || header.EntrySize % 8 != 0
            || (long)header.EntrySize * header.EntryCount > ImageLimits.PartitionEntryBytes)
        {
            throw CorruptImageException.At("GPT header", offset,
                $"impossible array of {header.EntryCount} entries of {header.EntrySize} bytes");
        }
        var entrySectors = (header.EntriesSize + sector.Length - 1L) / sector.Length;
        if (header.EntriesLba < 1 || header.EntriesLba > diskSectors - entrySectors)
        {
            throw CorruptImageException.At("GPT header", offset, $"its entries in sector {header.EntriesLba} lie outside of the disk");
        }
        return header;
    }

    /// <summary>Writes the fields, and the checksum over all of the header, into a sector that has been a header of this table.</summary>
    /// <param name="sector">The whole sector of any copy; its fields that are not known here stay.</param>
    public void Write(Span<byte> sector)
    {
        BinaryPrimitives.WriteInt64LittleEndian(sector[0x18..], MyLba);
        BinaryPrimitives.WriteInt64LittleEndian(sector[0x20..], AlternateLba);
        BinaryPrimitives.WriteInt64LittleEndian(sector[0x28..], FirstUsable);
        BinaryPrimitives.WriteInt64LittleEndian(sector[0x30..], LastUsable);
        DiskId.TryWriteBytes(sector[0x38..]);
        BinaryPrimitives.WriteInt64LittleEndian(sector[0x48..], EntriesLba);
        BinaryPrimitives.WriteInt32LittleEndian(sector[0x50..], EntryCount);
        BinaryPrimitives.WriteInt32LittleEndian(sector[0x54..], EntrySize);
        BinaryPrimitives.WriteUInt32LittleEndian(sector[0x58..], EntriesCrc);
        var headerSize = (int)BinaryPrimitives.ReadUInt32LittleEndian(sector[0x0C..]);
        sector.Slice(0x10, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(sector[0x10..], Crc32.Compute(sector[..headerSize]));
    }
}
