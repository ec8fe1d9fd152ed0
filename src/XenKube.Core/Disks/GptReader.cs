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

    /// <summary>
    /// In mebibytes. Where neither the first sector nor the second one says that there was a table, larger growth than this is looked for
    /// in steps of it.
    /// </summary>
    private const int UnmarkedStep = 512;

    private readonly BlockDevice _device;
    private readonly List<string> _warnings = [];
    private int _headers;

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

    /// <summary>Reads the primary GPT.</summary>
    /// <param name="device">The whole disk, of 1024 bytes at least.</param>
    /// <param name="trouble">The damage of a primary GPT that is there but not sound.</param>
    /// <returns>Null where there is no sound primary GPT.</returns>
    public static GptReader? ReadPrimary(BlockDevice device, out CorruptImageException? trouble)
    {
        trouble = null;
        var reader = Create(device);
        foreach (var size in SizesFor(device))
        {
            if (reader.TryPrimary(size, ref trouble))
            {
                reader.CheckBackup();
                return reader;
            }
        }
        return null;
    }

    /// <summary>Looks for the backup GPT.</summary>
    /// <param name="device">The whole disk, of 1024 bytes at least.</param>
    /// <param name="trouble">The damage of the primary; null where there is none.</param>
    /// <returns>Null where there is no sound backup either.</returns>
    public static GptReader? ReadBackup(BlockDevice device, CorruptImageException? trouble)
    {
        var reader = Create(device);
        return SizesFor(device).Any(size => reader.TryBackups(size, trouble)) ? reader : null;
    }

    private static GptReader Create(BlockDevice device)
    {
        Span<byte> start = stackalloc byte[512];
        device.Read(0, start);
        return new GptReader(device, Disks.MasterBootRecord.Read(start));
    }

    // The kernel takes a device's own sectors and no others.
    private static IEnumerable<int> SizesFor(BlockDevice device) => SectorSizes.OrderBy(size => size != device.SectorSize);

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
        foreach (var lba in BackupPlaces(size, mayHaveGrown: trouble is not null
            || Boot.Kind is MasterBootRecordKind.Protective or MasterBootRecordKind.Hybrid))
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
        if (!GptHeader.HasSignature(sector) || ++_headers > ImageLimits.BackupHeaders)
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
        for (var grown = 1L; grown <= MostGrowth && grown * mebibyte < _device.Length;
            grown += mayHaveGrown || grown < UnmarkedStep ? 1 : UnmarkedStep)
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
            _warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"the backup GPT is said to be in sector {lba}, beyond the end of the disk: the image may be truncated"));
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
}
