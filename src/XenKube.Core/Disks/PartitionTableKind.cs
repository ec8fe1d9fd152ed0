namespace XenKube.Disks;

/// <summary>Kinds of partition tables.</summary>
public enum PartitionTableKind
{
    /// <summary>A GUID partition table, UEFI's; parted calls it <c>gpt</c>.</summary>
    Gpt,

    /// <summary>The table of a master boot record, as PCs with a BIOS have it; parted calls it <c>msdos</c>.</summary>
    Mbr,

    /// <summary>
    /// No table: a file system, or another content, fills the whole disk, which is its one partition; parted calls that <c>loop</c>.
    /// </summary>
    None,
}
