using System.Buffers.Binary;
using System.Diagnostics;
using XenKube.Checksums;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Btrfs;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Btrfs;

/// <summary>A guest that writes its OEM partition by hand: damage is an error of the module, soon, whether checksums are right or not.</summary>
[Trait("Kind", "Fuzz")]
public sealed class BtrfsHostileTests : IDisposable
{
    private const int NodeSize = 4096;

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_bytes_are_found_by_their_checksums()
    {
        var image = Make();
        var random = new Random(7);
        var good = ReadAll(image);
        var used = Enumerable.Range(0, image.Length / NodeSize).Where(i => image.AsSpan(i * NodeSize, NodeSize).ContainsAnyExcept((byte)0)).ToArray();
        var found = 0;
        for (var round = 0; round < LongRun.Count(200, 20_000); round++)
        {
            var copy = (byte[])image.Clone();
            copy[(used[random.Next(used.Length)] * NodeSize) + random.Next(NodeSize)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.Equal(good, ReadAll(copy));
            }
            catch (XenKubeException e) when (e is CorruptImageException or UnsupportedFeatureException)
            {
                found++;
            }
        }
        Assert.True(found > 10, $"only {found} damaged images were found");
    }

    [Fact]
    public void Nodes_forged_with_right_checksums_end_in_an_error_or_in_some_content_and_soon()
    {
        var image = Make();
        var uuid = image.AsSpan(0x10020, 16).ToArray();
        var nodes = Enumerable.Range(0, image.Length / NodeSize)
            .Where(i => i * NodeSize != 0x10000 && image.AsSpan((i * NodeSize) + 32, 16).SequenceEqual(uuid)).ToArray();
        Assert.True(nodes.Length > 5, "the image has too few nodes");
        var random = new Random(11);
        for (var round = 0; round < LongRun.Count(250, 20_000); round++)
        {
            var copy = (byte[])image.Clone();
            var isSuper = round % 10 == 0;
            var at = isSuper ? 0x10000 : nodes[random.Next(nodes.Length)] * NodeSize;
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                // Heads, items and their data are at the two ends of a node.
                var place = random.Next(3) == 0 ? NodeSize - 1 - random.Next(600) : random.Next(32, 700);
                copy[at + place] = random.Next(4) switch { 0 => 0, 1 => 0xFF, 2 => (byte)(copy[at + place] ^ (1 << random.Next(8))), _ => (byte)random.Next(256) };
            }
            BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(at), ~Crc32C.Append(Crc32C.Start, copy.AsSpan(at + 32, NodeSize - 32)));
            var watch = Stopwatch.StartNew();
            try
            {
                ReadAll(copy);
            }
            catch (XenKubeException)
            {
                // Damage has to be named, and nothing else may happen.
            }
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"round {round} took {watch.Elapsed}");
        }
    }

    [Fact]
    public void Image_that_ends_early_is_damaged()
    {
        var image = Make();
        for (var length = 0; length < image.Length; length += (1 << 16) + 3333)
        {
            Assert.ThrowsAny<XenKubeException>(() => ReadAll(image[..length]));
        }
    }

    private byte[] Make()
    {
        Tool.Need("mkfs.btrfs");
        Directory.CreateDirectory(_folder["tree/sub"]);
        File.WriteAllText(_folder["tree/grub.cfg"], "set linux_append=\"a=1\"\n");
        File.WriteAllBytes(_folder["tree/big"], Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7)).ToArray());
        for (var i = 0; i < 60; i++)
        {
            File.WriteAllText(_folder[$"tree/sub/file-{i}"], new string('x', i));
        }
        Tool.Run("truncate", "-s", "24M", _folder["fs"]).ShouldSucceed();
        Tool.Run("mkfs.btrfs", "-q", "--mixed", "-n", "4096", "-m", "single", "-d", "single", "--rootdir", _folder["tree"], "--shrink", _folder["fs"]).ShouldSucceed();
        return File.ReadAllBytes(_folder["fs"]);
    }

    private static string ReadAll(byte[] image)
    {
        using var device = new MemoryDevice(image);
        using var files = new BtrfsFileSystem(device);
        var hash = new XxHash64();
        void Walk(string directory, int depth)
        {
            foreach (var entry in files.List(directory))
            {
                hash.Append(System.Text.Encoding.UTF8.GetBytes(entry.ToString()));
                if (entry.Kind == FileSystemEntryKind.Directory && depth < 5)
                {
                    Walk(entry.Path, depth + 1);
                }
                else if (entry.Kind == FileSystemEntryKind.File)
                {
                    using var stream = files.OpenRead(entry.Path);
                    var buffer = new byte[65536];
                    for (int count, total = 0; total < 1 << 20 && (count = stream.Read(buffer)) > 0; total += count)
                    {
                        hash.Append(buffer.AsSpan(0, count));
                    }
                }
            }
        }
        Walk("/", 0);
        return hash.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
