using System.Diagnostics;
using System.Security.Cryptography;

namespace XenKube.Tests.Support;

/// <summary>
/// The disks of tests/assets, unpacked by lbzip2 or bzip2 once (kept in artifacts/, sparse) and copied for each test that
/// wants to write.
/// </summary>
internal static class SampleImage
{
    private const int BlockSize = 1 << 16;

    public static string ClassicArchive { get; } = Project.Tests("assets", "release", "amd64-usr", "1520.9.0", "coreos_production_xen_image.bin.bz2");

    public static string ModernArchive { get; } = Project.Tests("assets", "modern", "coreos_production_xen_image.bin.bz2");

    /// <summary>The unpacked disk with the ext4 features of 2017; never write to it.</summary>
    public static string Classic => Unpack(ClassicArchive);

    /// <summary>The unpacked disk with the ext4 features of today; never write to it.</summary>
    public static string Modern => Unpack(ModernArchive);

    /// <summary>A sparse copy that a test may write to.</summary>
    public static string Copy(string image, TemporaryDirectory folder, string name = "node-1.img")
    {
        var copy = folder[name];
        Tool.Run("cp", "--sparse=always", "--reflink=auto", image, copy).ShouldSucceed();
        return copy;
    }

    /// <summary>Copies a range of an image, such as a partition, to a file of its own.</summary>
    public static string Extract(string image, long start, long length, string target)
    {
        using var source = File.OpenRead(image);
        source.Position = start;
        using var file = File.Create(target);
        CopySparse(source, file, length);
        return target;
    }

    private static string Unpack(string archive)
    {
        var folder = Path.Combine(Project.Root, "artifacts", "test-images");
        Directory.CreateDirectory(folder);
        var key = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(archive)))[..16];
        var image = Path.Combine(folder, key + ".img");
        lock (typeof(SampleImage))
        {
            if (!File.Exists(image))
            {
                var temporary = $"{image}.{Environment.ProcessId}";
                Expand(archive, temporary);
                File.Move(temporary, image, overwrite: true);
            }
        }
        return image;
    }

    private static void Expand(string archive, string target)
    {
        var start = new ProcessStartInfo(Tool.Find("lbzip2") ?? "bzip2", ["-dc", archive]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        using (var file = File.Create(target))
        {
            CopySparse(process.StandardOutput.BaseStream, file, long.MaxValue);
        }
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void CopySparse(Stream source, FileStream target, long length)
    {
        var buffer = new byte[BlockSize];
        var done = 0L;
        while (done < length)
        {
            var count = source.ReadAtLeast(buffer.AsSpan(0, (int)Math.Min(BlockSize, length - done)), (int)Math.Min(BlockSize, length - done), throwOnEndOfStream: false);
            if (count == 0)
            {
                break;
            }
            if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                target.Position = done;
                target.Write(buffer, 0, count);
            }
            done += count;
        }
        target.SetLength(done);
    }
}
