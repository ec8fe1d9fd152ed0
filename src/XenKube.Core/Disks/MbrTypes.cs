namespace XenKube.Disks;

/// <summary>
/// Partition types of a master boot record by their number: the names that fdisk prints, and the flags that parted prints.
/// </summary>
internal static class MbrTypes
{
    private static readonly Dictionary<byte, (string Name, string[] Flags)> Known = new()
    {
        [0x01] = ("FAT12", []),
        [0x04] = ("FAT16 <32M", []),
        [0x05] = ("Extended", []),
        [0x06] = ("FAT16", []),
        [0x07] = ("HPFS/NTFS/exFAT", []),
        [0x0B] = ("W95 FAT32", []),
        [0x0C] = ("W95 FAT32 (LBA)", ["lba"]),
        [0x0E] = ("W95 FAT16 (LBA)", ["lba"]),
        [0x0F] = ("W95 Ext'd (LBA)", ["lba"]),
        [0x11] = ("Hidden FAT12", ["hidden"]),
        [0x14] = ("Hidden FAT16 <32M", ["hidden"]),
        [0x16] = ("Hidden FAT16", ["hidden"]),
        [0x17] = ("Hidden HPFS/NTFS", ["hidden"]),
        [0x1B] = ("Hidden W95 FAT32", ["hidden"]),
        [0x1C] = ("Hidden W95 FAT32 (LBA)", ["hidden", "lba"]),
        [0x1E] = ("Hidden W95 FAT16 (LBA)", ["hidden", "lba"]),
        [0x27] = ("Hidden NTFS WinRE", ["diag"]),
        [0x41] = ("PPC PReP Boot", ["prep"]),
        [0x82] = ("Linux swap / Solaris", ["swap"]),
        [0x83] = ("Linux", []),
        [0x85] = ("Linux extended", []),
        [0x8E] = ("Linux LVM", ["lvm"]),
        [0xA5] = ("FreeBSD", []),
        [0xA6] = ("OpenBSD", []),
        [0xA9] = ("NetBSD", []),
        [0xEF] = ("EFI (FAT-12/16/32)", ["esp"]),
        [0xFD] = ("Linux raid autodetect", ["raid"]),
    };

    /// <summary>True for a partition that only holds the logical partitions.</summary>
    public static bool IsExtended(byte type) => type is 0x05 or 0x0F or 0x85;

    /// <summary>The name of a type; <c>Unknown</c> for one that is not in the list.</summary>
    public static string GetName(byte type) => Known.TryGetValue(type, out var known) ? known.Name : "Unknown";

    /// <summary>The flags of an entry in the order in which parted prints them.</summary>
    public static IReadOnlyList<string> GetFlags(byte type, bool isActive)
    {
        var flags = Known.TryGetValue(type, out var known) ? known.Flags : [];
        return isActive ? ["boot", .. flags] : flags;
    }
}
