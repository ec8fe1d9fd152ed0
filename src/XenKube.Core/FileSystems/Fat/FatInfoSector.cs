using System.Buffers.Binary;
using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>
/// The FSInfo sector of FAT32: how many clusters are free and where to look for one. Both are hints; FAT16 has none and is
/// looked through.
/// </summary>
internal sealed class FatInfoSector
{
    private const uint Unknown = 0xFFFFFFFF;
    private const int FreeOffset = 0x1E8;
    private const int NextOffset = 0x1EC;

    private readonly BlockDevice _device;
    private readonly FatBootSector _boot;
    private readonly byte[]? _sector;
    private bool _isChanged;

    private FatInfoSector(BlockDevice device, FatBootSector boot, byte[]? sector)
    {
        _device = device;
        _boot = boot;
        _sector = sector;
        var (free, next) = sector is null
            ? (Unknown, FatBootSector.FirstCluster)
            : (BinaryPrimitives.ReadUInt32LittleEndian(sector.AsSpan(FreeOffset)),
                BinaryPrimitives.ReadUInt32LittleEndian(sector.AsSpan(NextOffset)));
        FreeClusters = free <= boot.ClusterCount ? free : null;
        Next = boot.IsCluster(next) ? next : FatBootSector.FirstCluster;
    }

    /// <summary>Free clusters, or null where that is not known.</summary>
    public long? FreeClusters { get; private set; }

    /// <summary>Where to begin to look for a free cluster.</summary>
    public uint Next { get; private set; }

    public static FatInfoSector Read(BlockDevice device, FatBootSector boot)
    {
        if (boot.Bits != 32 || boot.InfoSector == 0 || boot.InfoSector >= boot.ReservedSectors)
        {
            return new FatInfoSector(device, boot, null);
        }
        var sector = new byte[512];
        device.Read((long)boot.InfoSector * boot.SectorSize, sector);
        var isSound = BinaryPrimitives.ReadUInt32LittleEndian(sector) == 0x41615252
            && BinaryPrimitives.ReadUInt32LittleEndian(sector.AsSpan(0x1E4)) == 0x61417272;
        return new FatInfoSector(device, boot, isSound ? sector : null);
    }

    public void Took(uint cluster)
    {
        Next = cluster < _boot.LastCluster ? cluster + 1 : FatBootSector.FirstCluster;
        Change(-1);
    }

    public void GaveBack() => Change(1);

    /// <summary>Writes the sector where it has changed.</summary>
    public void Write()
    {
        if (_sector is null || !_isChanged)
        {
            return;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(_sector.AsSpan(FreeOffset), (uint)(FreeClusters ?? Unknown));
        // The last cluster taken, as the specification says, not the next one to look at.
        BinaryPrimitives.WriteUInt32LittleEndian(_sector.AsSpan(NextOffset), Next > FatBootSector.FirstCluster
            ? Next - 1 : _boot.LastCluster);
        _device.Write((long)_boot.InfoSector * _boot.SectorSize, _sector);
        _isChanged = false;
    }

    private void Change(int count)
    {
        FreeClusters += count;
        if (FreeClusters < 0 || FreeClusters > _boot.ClusterCount)
        {
            // It was wrong before: better no count than a wrong one.
            FreeClusters = null;
        }
        _isChanged = true;
    }
}
