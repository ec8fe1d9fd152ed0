using System.Globalization;
using XenKube.Checksums;
using XenKube.Devices;

namespace XenKube.Disks;

/// <summary>
/// Finds the GPT on a disk: the primary, or the backup where the primary is damaged. A disk that grew has its backup not at
/// its end; the primary says where, and without a primary the places are tried where such growth leaves it.
/// </summary>
internal sealed class GptReader
{
    /// <summary>512 first: it is what image files have. The others occur on real disks copied to a file.</summary>
    private static readonly int[] SectorSizes = [512, 4096, 2048, 1024];

    /// <summary>A disk is grown by whole MiB; this many of them are looked at for a backup that no primary points to.</summary>
    private const int MostGrowth = 1 << 16;

    /// <summary>In mebibytes. Where neither the first sector nor the second one says that there was a table, larger growth than this is looked for in steps of it.</summary>
    private const int UnmarkedStep = 512;

    private readonly BlockDevice _device;
    private readonly List<string> _warnings = [];

    private GptReader(BlockDevice device, MasterBootRecord boot)
    {
        _device = device;
        Boot = boot;
    }

    public MasterBootRecord Boot { get; }

    public GptHeader Header { get; private set; }

    public int SectorSize { get; private set; }

    public byte[] Entries { get; private set; } = [];

    public bool UsesBackup { get; private set; }

    public IReadOnlyList<string> Warnings => _warnings;

    public static GptReader Read(BlockDevice device)
    {
        if (device.Length < 1024)
        {
            throw NoTable("the file is too short for a disk image", null);
        }
        Span<byte> start = stackalloc byte[512];
        device.Read(0, start);
        var reader = new GptReader(device, Disks.MasterBootRecord.Read(start));
        CorruptImageException? trouble = null;
        foreach (var size in SectorSizes)
        {
            if (reader.TryPrimary(size, ref trouble))
            {
                reader.CheckBackup();
                return reader;
            }
        }
        foreach (var size in SectorSizes)
        {
            if (reader.TryBackups(size, trouble))
            {
                return reader;
            }
        }
        throw trouble ?? WhyNot(start, reader.Boot);
    }

    /// <summary>The primary of a disk with sectors of this size; a damaged one is remembered as trouble.</summary>
    private bool TryPrimary(int size, ref CorruptImageException? trouble)
    {
        if (_device.Length < 2L * size)
        {
            return false;
        }
        var sector = ReadSector(1, size);
        if (!GptHeader.HasSignature(sector))
        {
            return false;
        }
        try
        {
            Accept(GptHeader.Read(sector, 1, _device.Length / size), size);
            return true;
        }
        catch (CorruptImageException e)
        {
            trouble ??= e;
            return false;
        }
    }

    private bool TryBackups(int size, CorruptImageException? trouble)
    {
        foreach (var lba in BackupPlaces(size, mayHaveGrown: trouble is not null || Boot.Kind is MasterBootRecordKind.Protective or MasterBootRecordKind.Hybrid))
        {
            if (!TryBackup(lba, size))
            {
                continue;
            }
            UsesBackup = true;
            _warnings.Add($"the primary GPT is damaged ({trouble?.Message ?? "no 'EFI PART' in sector 1"}); the backup is used");
            if (lba != _device.Length / size - 1)
            {
                _warnings.Add(NotAtEnd(lba, size));
            }
            return true;
        }
        return false;
    }

    private bool TryBackup(long lba, int size)
    {
        var sector = ReadSector(lba, size);
        if (!GptHeader.HasSignature(sector))
        {
            return false;
        }
        try
        {
            Accept(GptHeader.Read(sector, lba, _device.Length / size), size);
            return true;
        }
        catch (CorruptImageException)
        {
            return false;
        }
    }

    // A file without any sign of a GPT, such as a bare file system, is not searched from end to start.
    private IEnumerable<long> BackupPlaces(int size, bool mayHaveGrown)
    {
        var sectors = _device.Length / size;
        var places = new List<long> { sectors - 1 };
        if (2L * size <= _device.Length)
        {
            // Where the damaged primary says; its checksum no longer vouches for that, the backup's own does.
            var alternate = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(ReadSector(1, size).AsSpan(0x20));
            places.Add(alternate);
        }
        places.Add(Boot.ProtectedSectors - 1);
        const long mebibyte = 1 << 20;
        for (var grown = 1L; grown <= MostGrowth && grown * mebibyte < _device.Length; grown += mayHaveGrown || grown < UnmarkedStep ? 1 : UnmarkedStep)
        {
            places.Add((_device.Length - grown * mebibyte) / size - 1);
        }
        return places.Where(lba => lba > 1 && lba < sectors);
    }

    private void Accept(GptHeader header, int size)
    {
        var entries = new byte[header.EntriesSize];
        _device.Read(header.EntriesLba * size, entries);
        if (Crc32.Compute(entries) != header.EntriesCrc)
        {
            throw CorruptImageException.At("GPT entries", header.EntriesLba * size, "their checksum does not match");
        }
        (Header, SectorSize, Entries) = (header, size, entries);
    }

    /// <summary>The backup's header is looked at, its entries are not: they are read when they are needed.</summary>
    private void CheckBackup()
    {
        var sectors = _device.Length / SectorSize;
        var lba = Header.AlternateLba;
        if (lba < 2 || lba >= sectors)
        {
            _warnings.Add(string.Create(CultureInfo.InvariantCulture, $"the backup GPT is said to be in sector {lba}, beyond the end of the disk: the image may be truncated"));
            return;
        }
        try
        {
            var backup = GptHeader.Read(ReadSector(lba, SectorSize), lba, sectors);
            if (backup.EntriesCrc != Header.EntriesCrc || backup.DiskId != Header.DiskId)
            {
                _warnings.Add("the backup GPT differs from the primary; the primary is used");
            }
        }
        catch (CorruptImageException e)
        {
            _warnings.Add($"the backup GPT is damaged ({e.Message}); the primary is used");
        }
        if (lba != sectors - 1)
        {
            _warnings.Add(NotAtEnd(lba, SectorSize));
        }
    }

    private string NotAtEnd(long lba, int size) => string.Create(
        CultureInfo.InvariantCulture,
        $"the backup GPT is {(_device.Length / size - 1 - lba) * size} bytes before the end of the disk, which has grown; the new space is not in the table yet");

    private byte[] ReadSector(long lba, int size)
    {
        var sector = new byte[size];
        _device.Read(lba * size, sector);
        return sector;
    }

    private static XenKubeException WhyNot(ReadOnlySpan<byte> start, MasterBootRecord boot)
    {
        if (start.StartsWith("BZh"u8) || start.StartsWith(new byte[] { 0x1F, 0x8B }) || start.StartsWith(new byte[] { 0xFD, 0x37, 0x7A, 0x58 }) || start.StartsWith(new byte[] { 0x28, 0xB5, 0x2F, 0xFD }))
        {
            return NoTable("this is a compressed file, not a disk image", "Make a node disk from it first");
        }
        if (start.StartsWith("QFI"u8))
        {
            return new UnsupportedFeatureException(null, "disk image", "qcow2", "Convert it to a raw image first: qemu-img convert -O raw");
        }
        return boot.Kind == MasterBootRecordKind.Partitions
            ? new UnsupportedFeatureException(null, "partition table", "msdos", "XenKube edits disks with a GPT")
            : NoTable("no GPT, neither at the start nor at the end", null);
    }

    private static CorruptImageException NoTable(string reason, string? remedy) => new(ErrorIds.PartitionTableMissing, null, "partition table", reason, remedy);
}
