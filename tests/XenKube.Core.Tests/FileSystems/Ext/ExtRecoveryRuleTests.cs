using System.Buffers.Binary;
using System.Globalization;
using XenKube.Checksums;
using XenKube.Devices;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// Whether a journal counts is decided by the flag on the disk alone, as in the kernel (ext4_load_journal). A guest can log a copy of
/// the superblock that says otherwise; what reading shows and what an edit keeps is the same all the same.
/// </summary>
[Trait("Kind", "Process")]
public class ExtRecoveryRuleTests
{
    private const int Needs = 4;

    [Theory]
    [InlineData("-t ext4 -b 1024", "jo -c -v 3", false)]
    [InlineData("-t ext4 -b 1024", "jo -c -v 3", true)]
    [InlineData("-t ext4 -b 1024 -O ^64bit,^metadata_csum", "jo", false)]
    [InlineData("-t ext4 -b 1024 -O ^64bit,^metadata_csum", "jo", true)]
    [InlineData("-t ext3 -b 1024", "jo", false)]
    public void Flag_on_the_disk_decides_not_the_one_in_the_log(string options, string open, bool logged)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", ExtImages.Pattern(1024, 1));
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        var block = BlockOf(image, "/file");
        var superblock = new byte[1024];
        using (var file = File.OpenRead(image))
        {
            file.Position = 1024;
            file.ReadExactly(superblock);
        }
        SetFlag(superblock, logged);
        // The log holds a new content of the file, and a copy of the superblock.
        ExtImages.Debug(image,
            open, $"jw -b {block} {directory.Write("new", ExtImages.Pattern(1024, 2))}", "jc",
            open, $"jw -b 1 {directory.Write("super", superblock)}", "jc");
        Assert.Equal(ExtImages.Pattern(1024, 2), Read(image));

        using (var device = FileDevice.Open(image, writable: true))
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            Assert.True(fileSystem.NeedsRecovery);
            fileSystem.WriteFile("/other", "x"u8);
            Assert.False(fileSystem.NeedsRecovery);
        }
        Assert.Equal(ExtImages.Pattern(1024, 2), Read(image));
        Assert.Equal(ExtImages.Pattern(1024, 2), ExtImages.Cat(image, "/file"));
        ExtImages.ShouldBeClean(image);
    }

    [Fact]
    public void Removal_of_what_is_gone_puts_the_journal_in_place()
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", ExtImages.Pattern(1024, 1));
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-b", "1024", "-d", directory["tree"]);
        ExtImages.Debug(image, "jo -c -v 3", $"jw -b {BlockOf(image, "/file")} {directory.Write("new", ExtImages.Pattern(1024, 2))}", "jc");
        using (var device = FileDevice.Open(image, writable: true))
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            Assert.False(fileSystem.Remove("/gone"));
        }
        Assert.Equal(ExtImages.Pattern(1024, 2), ExtImages.Cat(image, "/file"));
        ExtImages.ShouldBeClean(image);
    }

    [Theory]
    [InlineData("-t ext4 -b 1024", "jo -c -v 3")]
    [InlineData("-t ext4 -b 1024 -O ^64bit,^metadata_csum", "jo")]
    public void Log_without_the_flag_on_the_disk_does_not_count(string options, string open)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", ExtImages.Pattern(1024, 1));
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        ExtImages.Debug(image, open, $"jw -b {BlockOf(image, "/file")} {directory.Write("new", ExtImages.Pattern(1024, 2))}", "jc");
        using (var file = File.Open(image, FileMode.Open))
        {
            var superblock = new byte[1024];
            file.Position = 1024;
            file.ReadExactly(superblock);
            SetFlag(superblock, false);
            file.Position = 1024;
            file.Write(superblock);
        }
        Assert.Equal(ExtImages.Pattern(1024, 1), Read(image));
        using (var device = FileDevice.Open(image, writable: true))
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            Assert.False(fileSystem.NeedsRecovery);
            fileSystem.WriteFile("/other", "x"u8);
        }
        Assert.Equal(ExtImages.Pattern(1024, 1), Read(image));
        ExtImages.ShouldBeClean(image);
    }

    [Fact]
    public void Copy_of_another_superblock_in_the_log_is_damage()
    {
        Tool.Need("mke2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-b", "1024");
        var superblock = new byte[1024];
        using (var file = File.OpenRead(ExtImages.Make(directory["other"], 16 << 20, "-t", "ext4", "-b", "4096")))
        {
            file.Position = 1024;
            file.ReadExactly(superblock);
        }
        ExtImages.Debug(image, "jo -c -v 3", $"jw -b 1 {directory.Write("super", superblock)}", "jc");
        using var device = FileDevice.Open(image, writable: false);
        Assert.Contains("another file system", Assert.Throws<CorruptImageException>(() => ExtFileSystem.Open(device)).Message, StringComparison.Ordinal);
    }

    private static void SetFlag(byte[] superblock, bool value)
    {
        superblock[0x60] = (byte)(value ? superblock[0x60] | Needs : superblock[0x60] & ~Needs);
        if ((superblock[0x65] & 4) != 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(superblock.AsSpan(0x3FC), Crc32C.Append(Crc32C.Start, superblock.AsSpan(0, 0x3FC)));
        }
    }

    private static long BlockOf(string image, string path) =>
        long.Parse(Tool.Run("debugfs", "-R", $"blocks {path}", image).Output.Trim().Split(' ')[0], CultureInfo.InvariantCulture);

    private static byte[] Read(string image)
    {
        using var device = FileDevice.Open(image, writable: false);
        using var fileSystem = ExtFileSystem.Open(device);
        return ExtReadTests.ReadAll(fileSystem, "/file");
    }
}
