using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Images made by the real mke2fs, and what the real e2fsck and debugfs say about them.</summary>
internal static class ExtImages
{
    /// <summary>Makes a sparse image and a file system in it.</summary>
    public static string Make(string path, long size, params string[] options)
    {
        using (var file = File.Create(path))
        {
            file.SetLength(size);
        }
        Tool.Run("mke2fs", ["-q", "-F", .. options, path], null).ShouldSucceed();
        return path;
    }

    /// <summary>Fails unless e2fsck, told to look at everything and to change nothing, finds nothing.</summary>
    public static void ShouldBeClean(string path, string because = "")
    {
        var result = Tool.Run("e2fsck", "-fn", path);
        // Exit code 0 covers "clean"; the words cover what e2fsck only warns of.
        Assert.True(result.ExitCode == 0 && !result.All.Contains("WARNING", StringComparison.OrdinalIgnoreCase),
            $"{because}: e2fsck -fn gave {result.ExitCode}: {result.All}");
    }

    /// <summary>The bytes debugfs reads at a path.</summary>
    public static byte[] Cat(string image, string path) => Tool.Run("debugfs", "-R", $"cat \"{path}\"", image).OutputBytes;

    /// <summary>What debugfs says about a path.</summary>
    public static string Stat(string image, string path) => Tool.Run("debugfs", "-R", $"stat \"{path}\"", image).All;

    /// <summary>Runs debugfs commands with writing allowed.</summary>
    public static void Debug(string image, params string[] commands) =>
        Tool.Run("debugfs", ["-w", "-f", "-", image], System.Text.Encoding.UTF8.GetBytes(string.Join('\n', commands) + "\n")).ShouldSucceed();

    /// <summary>A folder with a bit of everything that a file system can hold.</summary>
    public static string SampleTree(TemporaryDirectory directory)
    {
        directory.Write("tree/etc/hostname", "node-1\n");
        directory.Write("tree/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        directory.Write("tree/empty", "");
        directory.Write("tree/large", Pattern(700_001, 1));
        directory.Write("tree/a/b/c/d/e/f/g/h/deep", "deep\n");
        directory.Write("tree/name with blanks and ümläut", "x");
        for (var i = 0; i < 300; i++)
        {
            directory.Write($"tree/many/file-{i:d5}-with-a-rather-long-name-to-fill-blocks", $"content {i}\n");
        }
        var sparse = directory.Write("tree/sparse", "begin");
        using (var file = File.OpenWrite(sparse))
        {
            file.Position = 300_000;
            file.Write("middle"u8);
            file.SetLength(900_000);
        }
        File.CreateSymbolicLink(directory["tree/fast"], "etc/hostname");
        File.CreateSymbolicLink(directory["tree/slow"], "./././././././././././././././././././././././././././././././././././etc/hostname");
        File.CreateSymbolicLink(directory["tree/loop"], "loop");
        File.CreateSymbolicLink(directory["tree/up"], "a/b/../../etc");
        return directory["tree"];
    }

    /// <summary>Bytes that differ everywhere.</summary>
    public static byte[] Pattern(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
