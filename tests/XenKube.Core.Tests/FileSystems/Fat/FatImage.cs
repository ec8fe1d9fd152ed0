using System.Globalization;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems.Fat;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>A FAT file system made by mkfs.vfat in a file, with fsck.fat and mtools to judge what was done to it.</summary>
internal sealed class FatImage : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private FatImage(string path) => Path = path;

    public string Path { get; private set; }

    public TemporaryDirectory Folder => _folder;

    /// <summary>Makes a file system; sectors per cluster 0 leaves the choice to mkfs.vfat.</summary>
    public static FatImage Make(int bits, long size, int sectorsPerCluster = 0, int sectorSize = 512, params string[] options)
    {
        Tool.Need("mkfs.vfat", "fsck.fat", "mcopy");
        var image = new FatImage("");
        image.Path = image._folder["fat.img"];
        using (var file = File.Create(image.Path))
        {
            file.SetLength(size);
        }
        string[] arguments =
        [
            "-F", Text(bits), "-S", Text(sectorSize), "-i", "12345678", "-n", "XK TEST", .. sectorsPerCluster > 0 ? ["-s", Text(sectorsPerCluster)] : Array.Empty<string>(), .. options, image.Path,
        ];
        Tool.Run("mkfs.vfat", arguments).ShouldSucceed();
        return image;
    }

    /// <summary>Runs an edit on the file, opened again. Small ones are edited in memory: many edits would be many flushes.</summary>
    public void Edit(Action<FatFileSystem> edit)
    {
        const int small = 64 << 20;
        if (new FileInfo(Path).Length > small)
        {
            using var device = FileDevice.Open(Path, writable: true);
            using var large = FatFileSystem.Open(device);
            edit(large);
            return;
        }
        var bytes = File.ReadAllBytes(Path);
        try
        {
            using var fat = FatFileSystem.Open(new MemoryDevice(bytes));
            edit(fat);
        }
        finally
        {
            File.WriteAllBytes(Path, bytes);
        }
    }

    public FatImage ShouldBeClean()
    {
        var check = Tool.Run("fsck.fat", "-n", Path);
        Assert.True(check.ExitCode == 0, check.All);
        return this;
    }

    /// <summary>Runs one of mtools on the image.</summary>
    public ToolResult Mtool(string name, params string[] arguments) =>
        Tool.Run("env", ["TZ=UTC", "MTOOLS_SKIP_CHECK=1", "MTOOLS_LOWER_CASE=0", Tool.Find(name)!, "-i", Path, .. arguments], null);

    /// <summary>Everything in the image as mcopy takes it out: path, and content or null for a directory.</summary>
    public SortedDictionary<string, byte[]?> TreeByMtools()
    {
        var target = Directory.CreateDirectory(_folder["tree-" + Guid.NewGuid().ToString("N")]).FullName;
        Mtool("mcopy", "-s", "-n", "-Q", "::*", target);
        var tree = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFileSystemEntries(target, "*", SearchOption.AllDirectories))
        {
            tree[path[target.Length..]] = Directory.Exists(path) ? null : File.ReadAllBytes(path);
        }
        Directory.Delete(target, recursive: true);
        return tree;
    }

    /// <summary>The same as XenKube reads it.</summary>
    public SortedDictionary<string, byte[]?> Tree()
    {
        using var device = FileDevice.Open(Path, writable: false);
        using var fat = FatFileSystem.Open(device);
        return FatTree.Read(fat);
    }

    public void Dispose() => _folder.Dispose();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
