using System.Globalization;

namespace XenKube.Devices;

/// <summary>
/// How much of an image is believed. A guest chooses what is in its disk, so that every list, depth and size in the disk needs an
/// end that XenKube chooses: no image of up to 8 GiB may cost more than 500 MB of memory, or 5 seconds beyond the time that its
/// content takes. docs/promise.md lists the limits.
/// </summary>
internal static class ImageLimits
{
    /// <summary>Partitions of a table. Linux makes devices for 255 at most (DISK_MAX_PARTS); disks have a dozen.</summary>
    public const int Partitions = 256;

    /// <summary>Bytes of a GPT's entries: 32,768 entries of the usual size. Tables have 128, some tools make 256.</summary>
    public const int PartitionEntryBytes = 4 << 20;

    /// <summary>
    /// Headers of a backup GPT that are tried before a disk is taken for one without a table: four sector sizes, and some places more.
    /// </summary>
    public const int BackupHeaders = 64;

    /// <summary>
    /// Bytes of a directory's blocks. 100,000 names of 255 bytes take 30 MiB, in the half-full blocks of an index 60 MiB.
    /// </summary>
    public const int DirectoryBytes = 256 << 20;

    /// <summary>Bytes of memory for the listing of a directory: about 400,000 names of usual length.</summary>
    public const int ListingBytes = 96 << 20;

    /// <summary>What an entry of a listing takes beside its path and the target of a link.</summary>
    public const int ListingEntryBytes = 160;

    /// <summary>
    /// Directories in each other, and so the names of a path. Deeper than any tree that people make, and what a stack holds easily.
    /// </summary>
    public const int Levels = 512;

    /// <summary>
    /// Files, links and directories that one copy or removal of a tree takes: twice as many as mke2fs makes inodes on 8 GiB.
    /// </summary>
    public const int TreeEntries = 1 << 20;

    /// <summary>Pieces of a file that is changed or removed: 8 GiB of which each 4 KiB block is apart from the others.</summary>
    public const int FilePieces = 1 << 21;

    /// <summary>Blocks of a file's map that map nothing before the map is taken for damaged. Linux leaves none.</summary>
    public const int IdleMapBlocks = 1 << 10;

    /// <summary>Bytes of a journal between two mounts. mke2fs makes journals of up to 1 GiB unless it is told another size.</summary>
    public const long JournalBytes = 1L << 30;

    /// <summary>Blocks that the transactions of a journal revoke: 4 GiB of directories that were removed since the last mount.</summary>
    public const int RevokedBlocks = 1 << 20;

    /// <summary>Bytes of metadata that one edit holds in memory. The bitmaps of a file of 1 TiB take 32 MiB.</summary>
    public const int EditBytes = 64 << 20;

    /// <summary>Files that were removed while a program had them open. A program has 1,024 files open, or some ten thousands.</summary>
    public const int Orphans = 1 << 17;

    /// <summary>
    /// Slots of the directories of a FAT volume that are kept in memory, each of them half a kilobyte: two directories of the largest size.
    /// </summary>
    public const int FatSlots = 2 * 65536;

    /// <summary>Bytes of all values of a file's extended attributes. Linux has a limit of 64 KiB for each value.</summary>
    public const int AttributeBytes = 16 << 20;

    /// <summary>The error for a structure that is larger.</summary>
    /// <param name="file">The image.</param>
    /// <param name="place">The structure.</param>
    /// <param name="reason">What it has too much of, and the limit.</param>
    public static OperationFailedException Exceeded(string? file, string? place, string reason) =>
        new(ErrorIds.StructureTooLarge, file, place, reason);

    /// <summary>A number for a message.</summary>
    public static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
