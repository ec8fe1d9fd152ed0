using System.Globalization;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hostile;

/// <summary>A node's disk in memory: a GPT with the partitions that the checks look for, and what a test puts into them.</summary>
internal static class HostileDisk
{
    public const int BootSize = 5 << 20;
    public const int FileSystemSize = 4 << 20;

    private const int Start = 1 << 20;
    private static readonly string[] Labels = ["EFI-SYSTEM", "USR-A", "OEM", "ROOT"];

    /// <summary>Makes the disk, with the table of sgdisk.</summary>
    public static byte[] MakeTable()
    {
        using var directory = new TemporaryDirectory(inMemory: true);
        var path = directory["disk"];
        using (var file = File.Create(path))
        {
            file.SetLength(Start + BootSize + 3 * FileSystemSize + (1 << 20));
        }
        var arguments = new List<string>();
        var first = Start / 512;
        for (var i = 0; i < Labels.Length; i++)
        {
            var sectors = (i == 0 ? BootSize : FileSystemSize) / 512;
            arguments.AddRange([string.Create(CultureInfo.InvariantCulture, $"--new={i + 1}:{first}:{first + sectors - 1}"), $"--change-name={i + 1}:{Labels[i]}"]);
            first += sectors;
        }
        Tool.Run("sgdisk", ["--set-alignment=1", .. arguments, path]).ShouldSucceed();
        return File.ReadAllBytes(path);
    }

    /// <summary>The disk with these file systems: the second one for USR-A, OEM and ROOT.</summary>
    public static byte[] With(byte[] table, byte[] boot, byte[] files)
    {
        var disk = (byte[])table.Clone();
        boot.CopyTo(disk, Start);
        for (var i = 0; i < 3; i++)
        {
            files.CopyTo(disk, Start + BootSize + i * FileSystemSize);
        }
        return disk;
    }

    /// <summary>Writes the disk to a file with holes.</summary>
    public static void Save(byte[] disk, string path) => SparseImage.Of(disk).Save(path);
}
