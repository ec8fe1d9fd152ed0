using System.Buffers.Binary;
using System.Globalization;
using XenKube.Devices;

namespace XenKube.Disks;

/// <summary>
/// Reads the partition table of a master boot record: up to four primary partitions, and the logical ones in an extended partition, each
/// with a boot record of its own that leads to the next. Sectors are those of the device.
/// </summary>
internal sealed class MbrReader
{
    /// <summary>As many logical partitions are read as Linux reads; each costs a read of a sector.</summary>
    private const int MostLogical = 100;

    private const int TableOffset = 0x1BE;
    private const int EntrySize = 16;
    private const int IdentifierOffset = 0x1B8;

    private readonly BlockDevice _device;
    private readonly List<DiskPartition> _partitions = [];
    private readonly List<string> _warnings = [];

    private MbrReader(BlockDevice device) => _device = device;

    /// <summary>The identifier of the disk, as fdisk prints it: <c>0x1a2b3c4d</c>.</summary>
    public string Identifier { get; private set; } = "";

    /// <summary>The partitions, those of an extended partition after the primary ones.</summary>
    public List<DiskPartition> Partitions => _partitions;

    /// <summary>Faults that do not prevent the use of the table.</summary>
    public List<string> Warnings => _warnings;

    /// <summary>Reads the table of a disk.</summary>
    /// <param name="device">The whole disk.</param>
    /// <param name="start">Its first 512 bytes.</param>
    /// <returns>Null where the first sector has no plausible table: it may be the boot sector of a file system.</returns>
    public static MbrReader? TryRead(BlockDevice device, ReadOnlySpan<byte> start)
    {
        if (!IsBootRecord(start))
        {
            return null;
        }
        var reader = new MbrReader(device);
        var extended = new List<Entry>();
        var last = device.Length / device.SectorSize;
        for (var i = 0; i < 4; i++)
        {
            var entry = Entry.Read(start, i);
            if (entry.IsEmpty)
            {
                continue;
            }
            if (entry.Status is not (0 or 0x80) || entry.First == 0 || entry.First >= last)
            {
                return null;
            }
            reader.Add(entry, i + 1, 0);
            if (MbrTypes.IsExtended(entry.Type))
            {
                extended.Add(entry);
            }
        }
        if (reader._partitions.Count == 0)
        {
            return null;
        }
        reader.Identifier = string.Create(CultureInfo.InvariantCulture,
            $"0x{BinaryPrimitives.ReadUInt32LittleEndian(start[IdentifierOffset..]):x8}");
        if (extended is [var container, ..])
        {
            reader.ReadLogical(container);
        }
        return reader;
    }

    private static bool IsBootRecord(ReadOnlySpan<byte> sector) => sector[0x1FE] == 0x55 && sector[0x1FF] == 0xAA;

    // Linux, block/partitions/msdos.c: the first entry is the partition, from this record; the second leads to the next record, from
    // the beginning of the extended partition.
    private void ReadLogical(Entry container)
    {
        Span<byte> sector = stackalloc byte[512];
        var seen = new HashSet<long>();
        var place = (long)container.First;
        for (var number = 5; ; number++)
        {
            if (!seen.Add(place) || seen.Count > MostLogical || place >= container.First + (long)container.Count
                || (place + 1) * _device.SectorSize > _device.Length)
            {
                _warnings.Add(string.Create(CultureInfo.InvariantCulture,
                    $"the logical partitions from number {number} on cannot be read: the boot record before them leads to sector {place}"));
                return;
            }
            _device.Read(place * _device.SectorSize, sector);
            if (!IsBootRecord(sector))
            {
                _warnings.Add(string.Create(CultureInfo.InvariantCulture,
                    $"the logical partitions from number {number} on cannot be read: sector {place} is not a boot record"));
                return;
            }
            var (partition, next) = (Entry.Read(sector, 0), Entry.Read(sector, 1));
            if (!partition.IsEmpty)
            {
                Add(partition, number, place);
            }
            else
            {
                // An empty extended partition has a record without a partition.
                number--;
            }
            if (next.IsEmpty || !MbrTypes.IsExtended(next.Type))
            {
                return;
            }
            place = container.First + (long)next.First;
        }
    }

    private void Add(Entry entry, int number, long origin)
    {
        var start = (origin + entry.First) * _device.SectorSize;
        var size = (long)entry.Count * _device.SectorSize;
        if (start > _device.Length - size)
        {
            _warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"partition {number} ends at byte {start + size - 1}, beyond the end of the disk at {_device.Length}"));
        }
        _partitions.Add(new DiskPartition
        {
            Number = number,
            Label = "",
            TypeName = MbrTypes.GetName(entry.Type),
            TypeId = Guid.Empty,
            UniqueId = Guid.Empty,
            Start = start,
            End = start + size - 1,
            Size = size,
            Flags = MbrTypes.GetFlags(entry.Type, entry.Status == 0x80),
            IsContainer = MbrTypes.IsExtended(entry.Type),
            DiskPath = _device.Name,
        });
    }

    private readonly record struct Entry(byte Status, byte Type, uint First, uint Count)
    {
        public bool IsEmpty => Type == 0 || Count == 0;

        public static Entry Read(ReadOnlySpan<byte> sector, int index)
        {
            var entry = sector.Slice(TableOffset + EntrySize * index, EntrySize);
            return new Entry(entry[0], entry[4], BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]));
        }
    }
}
