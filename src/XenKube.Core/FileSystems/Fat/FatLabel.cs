using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>The label of a volume, which is an entry of its root directory.</summary>
internal static class FatLabel
{
    /// <summary>The label in the root directory, read only up to the entry that holds it; empty where there is none.</summary>
    public static string Find(BlockDevice device, FatBootSector boot, FatTable table)
    {
        Span<byte> sector = stackalloc byte[4096];
        sector = sector[..boot.SectorSize];
        foreach (var (start, length) in FatDirectory.RootExtents(boot, table))
        {
            for (var at = 0; at < length; at += sector.Length)
            {
                device.Read(start + at, sector[..Math.Min(sector.Length, length - at)]);
                for (var slot = sector; slot.Length >= FatSlot.Size; slot = slot[FatSlot.Size..])
                {
                    if (slot[0] == FatSlot.EndMark)
                    {
                        return "";
                    }
                    if (slot[0] != FatSlot.FreeMark && !FatSlot.IsLongName(slot)
                        && (slot[11] & (FatSlot.VolumeId | FatSlot.Directory)) == FatSlot.VolumeId)
                    {
                        return FatName.ReadLabel(slot[..11]);
                    }
                }
            }
        }
        return "";
    }
}
