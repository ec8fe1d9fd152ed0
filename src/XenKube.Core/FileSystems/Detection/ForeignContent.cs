using System.Globalization;
using XenKube.Devices;

namespace XenKube.FileSystems.Detection;

/// <summary>
/// What is recognised but not opened: other file systems, encryption, volume managers; each with the command that leads to its files.
/// </summary>
internal static class ForeignContent
{
    /// <summary>What it is.</summary>
    public static string ReasonFor(string kind) => kind switch
    {
        "crypto_LUKS" => "it is encrypted (LUKS)",
        "LVM2_member" => "it is a physical volume of LVM",
        "linux_raid_member" => "it is a member of an md RAID",
        "iso9660" => "it is an ISO 9660 image, which cannot be changed in place",
        "linux-swap(v1)" or "linux-swap(v0)" => "it is swap space, which holds no files",
        _ => $"it is a file system of the kind {kind}, which XenKube does not read",
    };

    /// <summary>What to type.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="partition">Where it was found.</param>
    public static string? RemedyFor(string kind, BlockDevice partition)
    {
        var disk = ShellWord.Quote(partition.Name);
        var isDevice = partition.Name.StartsWith("/dev/", StringComparison.Ordinal);
        var start = (partition as PartitionDevice)?.AbsoluteStart ?? 0;
        var isPart = start > 0;
        string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
        var attach = isPart
            ? $"losetup --find --show -o {Text(start)} --sizelimit {Text(partition.Length)} {disk}" : $"losetup --find --show {disk}";
        var before = isDevice && !isPart ? "" : $"{attach}; ";
        var mount = isPart
            ? $"mount -o loop,ro,offset={Text(start)},sizelimit={Text(partition.Length)} {disk} /mnt"
            : $"mount -o {(isDevice ? "ro" : "loop,ro")} {disk} /mnt";
        return kind switch
        {
            "crypto_LUKS" =>
                $"Open it, and then its content as a block device, /dev/mapper/decrypted: cryptsetup open {(isPart ? $"\"$({attach})\"" : disk)} decrypted",
            "LVM2_member" => $"Activate its volumes, and open one of them as a block device: {before}vgchange --activate y; lvs -o lv_path",
            "linux_raid_member" => $"Assemble the array, and open it as a block device: {before}mdadm --assemble --scan; cat /proc/mdstat",
            "iso9660" when !isPart =>
                $"Copy its files out: xorriso -osirrox on -indev {disk} -extract / {ShellWord.Quote(ShellWord.FreeName(partition.Name, [".iso"], ".files"))}",
            "linux-swap(v1)" or "linux-swap(v0)" => "Name another partition",
            "btrfs" =>
                $"Change it by its mount: {mount.Replace("loop,ro", "loop", StringComparison.Ordinal).Replace("-o ro", "-o rw", StringComparison.Ordinal)}. Flatcar's OEM is btrfs since 2021; a guest that XenKube's boot loader starts needs no edit of it",
            _ => $"Look into it by its mount: {mount}",
        };
    }
}
