using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Reading, held against the folder that mke2fs filled the image from.</summary>
[Trait("Kind", "Process")]
public class ExtReadTests
{
    public static TheoryData<string> Features => new()
    {
        "-t ext2", "-t ext2 -b 1024", "-t ext3", "-t ext3 -b 2048 -I 128", "-t ext4", "-t ext4 -b 1024", "-t ext4 -b 2048 -I 128",
        "-t ext4 -O ^metadata_csum", "-t ext4 -O ^metadata_csum,uninit_bg", "-t ext4 -O ^64bit", "-t ext4 -O ^64bit,^metadata_csum -I 128",
        "-t ext4 -O ^extent,^64bit", "-t ext4 -O meta_bg,^resize_inode -b 1024", "-t ext4 -O bigalloc -C 16384", "-t ext4 -O inline_data",
        "-t ext4 -O inline_data -I 512 -b 1024", "-t ext4 -O metadata_csum_seed", "-t ext4 -O ^has_journal", "-t ext4 -O ^dir_index",
        "-t ext4 -O large_dir", "-t ext4 -O casefold", "-t ext4 -O orphan_file", "-t ext4 -O sparse_super2", "-t ext4 -O ea_inode",
        "-t ext4 -O quota", "-t ext4 -O ^flex_bg", "-t ext4 -O mmp", "-t ext4 -O ^filetype -b 1024", "-t ext4 -O verity,fast_commit", "-t ext4 -b 65536",
    };

    [Theory]
    [MemberData(nameof(Features))]
    public void Everything_written_by_mke2fs_is_read_back(string options)
    {
        Tool.Need("mke2fs");
        using var directory = new TemporaryDirectory();
        var tree = ExtImages.SampleTree(directory);
        if (options.Contains("inline_data", StringComparison.Ordinal))
        {
            // mke2fs 1.47.0 gets the size of a sparse file wrong when it may put it inline.
            File.Delete(Path.Combine(tree, "sparse"));
        }
        var image = ExtImages.Make(directory["image"], 64 << 20, [.. options.Split(' '), "-d", tree]);
        using var device = FileDevice.Open(image, writable: false);
        using var fileSystem = ExtFileSystem.Open(device);
        // parted takes an ext4 without a journal, as mke2fs makes it on a small disk of large blocks, for an ext2.
        var hasJournal = Tool.Run("dumpe2fs", "-h", image).ShouldSucceed().Output.Contains("has_journal", StringComparison.Ordinal);
        Assert.Equal(hasJournal ? options.Split(' ')[1] : "ext2", fileSystem.Kind);
        Compare(fileSystem, tree, "/");
        Assert.Null(fileSystem.Find("/etc/nothing"));
        Assert.Null(fileSystem.Find("/etc/hostname/below"));
        Assert.Equal("node-1\n"u8.ToArray(), ReadAll(fileSystem, "/up/hostname"));
        Assert.Equal("LinkLoop", Assert.Throws<CorruptImageException>(() => fileSystem.Find("/loop")).ErrorId);
        Assert.Equal("loop", fileSystem.Find("/loop", followLink: false)!.LinkTarget);
    }

    internal static byte[] ReadAll(IFileSystem fileSystem, string path)
    {
        using var stream = fileSystem.OpenRead(path);
        // One array of the right size: a growing one would be twice as large beside its copy.
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        Assert.Equal(-1, stream.ReadByte());
        return bytes;
    }

    internal static void Compare(IFileSystem fileSystem, string folder, string path, bool withModes = true)
    {
        var expected = new DirectoryInfo(folder).GetFileSystemInfos().OrderBy(info => info.Name, StringComparer.Ordinal).ToList();
        var actual = fileSystem.List(path).Where(entry => entry.Path != "/lost+found").ToList();
        Assert.Equal(expected.Select(info => info.Name), actual.Select(entry => entry.Name));
        foreach (var (info, entry) in expected.Zip(actual))
        {
            if (info.LinkTarget is { } target)
            {
                Assert.Equal(target, entry.LinkTarget);
                continue;
            }
            if (withModes)
            {
                Assert.Equal((int)info.UnixFileMode, entry.Mode);
            }
            if (info is DirectoryInfo)
            {
                Assert.Equal(FileSystemEntryKind.Directory, entry.Kind);
                Compare(fileSystem, info.FullName, entry.Path, withModes);
            }
            else
            {
                Assert.Equal(File.ReadAllBytes(info.FullName), ReadAll(fileSystem, entry.Path));
            }
        }
    }
}
