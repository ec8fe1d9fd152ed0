using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems.Detection;

namespace XenKube.Disks;

/// <summary>
/// Recognises by content what a disk, an image or a device holds: the one place that decides between a GPT, the table of a master boot
/// record, a file system without a table, and a file that is not a raw disk.
/// </summary>
internal static class DiskLayout
{
    private const long IsoDescriptor = 32 << 10;

    /// <summary>Bytes of the first two sectors, without which there is no table; a descriptor of a VMDK image may be shorter.</summary>
    private const long ShortestDisk = 1024;

    /// <summary>Reads the layout.</summary>
    /// <param name="device">The whole disk.</param>
    /// <exception cref="CorruptImageException">There is neither a table nor a file system, or the GPT is damaged in both
    /// places.</exception>
    /// <exception cref="UnsupportedFeatureException">The file is of another format; the error names it and the command that
    /// helps.</exception>
    public static PartitionTable Read(BlockDevice device)
    {
        PartitionTable? table = null;
        CorruptImageException? trouble = null;
        try
        {
            table = ReadRaw(device);
        }
        catch (CorruptImageException e)
        {
            trouble = e;
        }
        // A GPT that ends where the file ends leaves no place for a footer.
        if (table is { Kind: PartitionTableKind.Gpt, Warnings.Count: 0 } || ImageFormat.RecognizeFooter(device) is not { } footer)
        {
            return table ?? throw trouble ?? Nothing(device);
        }
        var disk = new PartitionDevice(device, 0, device.Length - ImageFormat.FooterLength);
        table = ReadRaw(disk) ?? throw footer.Refusal(device.Name);
        return table.With([.. table.Warnings,
            $"it is {footer.Noun} of fixed size, whose footer is after the disk. {footer.RemedyFor(device.Name)}"], table.Partitions);
    }

    /// <summary>True where a disk holds nothing that would be lost: neither a table nor anything else that is recognised.</summary>
    /// <param name="device">The whole disk.</param>
    /// <param name="found">What it holds, in words.</param>
    public static bool IsBlank(BlockDevice device, out string found)
    {
        try
        {
            var table = ReadRaw(device);
            found = table?.Description ?? "";
            return table is null;
        }
        catch (UnsupportedFeatureException e)
        {
            found = e.Fault;
            return false;
        }
        catch (CorruptImageException)
        {
            found = "a damaged partition table";
            return false;
        }
    }

    private static PartitionTable? ReadRaw(BlockDevice device)
    {
        if (device.Length < ShortestDisk)
        {
            return ImageFormat.Recognize(device) is { } text ? throw text.Refusal(device.Name) : null;
        }
        if (GptReader.ReadPrimary(device, out var trouble) is { } primary)
        {
            return PartitionTable.Of(device, primary);
        }
        if (ImageFormat.Recognize(device) is { } format)
        {
            throw format.Refusal(device.Name);
        }
        Span<byte> start = stackalloc byte[512];
        device.Read(0, start);
        var boot = MasterBootRecord.Read(start);
        if (trouble is not null || boot.Kind is MasterBootRecordKind.Protective or MasterBootRecordKind.Hybrid)
        {
            return GptReader.ReadBackup(device, trouble) is { } marked ? PartitionTable.Of(device, marked)
                : throw trouble ?? NoTable("no GPT, neither at the start nor at the end", null);
        }
        var table = MbrReader.TryRead(device, start);
        var signature = FileSystemDetector.Detect(device);
        if (table is not null && !IsWhole(signature, table))
        {
            return PartitionTable.Of(device, table);
        }
        if (signature is not null)
        {
            return PartitionTable.Of(device, signature);
        }
        return GptReader.ReadBackup(device, null) is { } backup ? PartitionTable.Of(device, backup) : null;
    }

    // mkfs removes the table that was there before, and fdisk leaves the gap after its table alone, so that an old mark may be there.
    // The boot sector of FAT and its like is in the table's place. A hybrid ISO image has a table for firmware that boots disks.
    private static bool IsWhole(FileSystemSignature? signature, MbrReader table) => signature?.Kind switch
    {
        "fat12" or "fat16" or "fat32" or "ntfs" or "exfat" => true,
        "iso9660" => table.Partitions.Any(partition => partition.Start <= IsoDescriptor && partition.End >= IsoDescriptor),
        _ => false,
    };

    private static CorruptImageException Nothing(BlockDevice device)
    {
        if (device.Length < ShortestDisk)
        {
            return NoTable(string.Create(CultureInfo.InvariantCulture, $"it has {device.Length} bytes and is too short for a disk image"),
                null);
        }
        Span<byte> start = new byte[(int)Math.Min(device.Length, 1 << 20)];
        device.Read(0, start);
        return start.ContainsAnyExcept((byte)0)
            ? NoTable("there is neither a partition table nor a file system that XenKube knows",
                $"'file -s {ShellWord.Quote(device.Name)}' may know what it is")
            : NoTable("it is empty: there is neither a partition table nor a file system",
                $"Make the node's disk first: {RemedyActionKind.MakeNode}");
    }

    private static CorruptImageException NoTable(string reason, Remedy? remedy) =>
        new(ErrorIds.PartitionTableMissing, null, "partition table", reason, remedy);
}
