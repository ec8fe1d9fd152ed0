using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using XenKube.Checksums;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// Hostile images: a structure of a good image is damaged, its checksum made right again so that the damage is believed,
/// and everything is read and edited. All that may come of it are the module's own exceptions, soon and in little memory.
/// XENKUBE_LONG=1 goes on for as many seconds as XENKUBE_FUZZ_SECONDS says (600).
/// </summary>
[Trait("Kind", "Fuzz")]
public class ExtFuzzTests(ITestOutputHelper output)
{
    private const long MostMemory = 256 << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static readonly string[] Kinds =
    [
        "-t ext4 -b 1024 -N 128 -J size=1",
        "-t ext4 -b 1024 -N 128 -J size=1 -O inline_data,orphan_file,ea_inode -I 512",
        "-t ext3 -b 1024 -N 128 -J size=1 -I 128",
        "-t ext4 -b 1024 -N 128 -O ^has_journal,^metadata_csum,uninit_bg,^flex_bg -g 512",
        "-t ext4 -b 1024 -N 128 -O meta_bg,^resize_inode,^has_journal -g 512",
        "-t ext2 -b 4096 -N 128",
        "-t ext4 -b 1024 -N 128 -O bigalloc,^has_journal -C 4096",
    ];

    [Fact]
    public void Damaged_image_gives_the_modules_own_exceptions_soon_and_in_little_memory()
    {
        Tool.Need("mke2fs", "debugfs");
        var images = Kinds.Select(MakeImage).ToList();
        var isLong = LongRun.IsAsked;
        var seconds = isLong ? int.Parse(Environment.GetEnvironmentVariable("XENKUBE_FUZZ_SECONDS") ?? "600", CultureInfo.InvariantCulture) : 10;
        var clock = Stopwatch.StartNew();
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var seed = isLong ? Environment.TickCount : 0;
        var runs = 0;
        for (; clock.Elapsed.TotalSeconds < seconds && (isLong || runs < 3000); runs++, seed++)
        {
            var outcome = TryOne(images[runs % images.Count], seed, Kinds[runs % images.Count]);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }
        output.WriteLine($"{runs} damaged images: {string.Join(", ", outcomes.Select(pair => $"{pair.Key} {pair.Value}"))}");
        Assert.True(outcomes.Count > 2 && runs > 100, "the damage did nothing");
    }

    [Theory]
    [InlineData(0, 3000)]
    public void Image_cut_off_anywhere_is_refused(int kind, int step)
    {
        Tool.Need("mke2fs", "debugfs");
        var image = MakeImage(Kinds[kind]);
        for (var length = 0; length < image.Length; length += step)
        {
            var cut = image[..length];
            Assert.Throws<CorruptImageException>(() => ExtFileSystem.Open(new MemoryDevice(cut)));
        }
    }

    internal static string TryOne(byte[] original, int seed, string kind)
    {
        var random = new Random(seed);
        var image = (byte[])original.Clone();
        for (var i = random.Next(3); i >= 0; i--)
        {
            Damage(image, random);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        string outcome;
        try
        {
            outcome = Exercise(new WalledDevice(image), clock);
        }
        catch (XenKubeException e)
        {
            Assert.False(string.IsNullOrEmpty(e.Message));
            outcome = e.GetType().Name;
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"{kind}, seed {seed}: {e}");
        }
        Assert.True(clock.Elapsed < Longest, $"{kind}, seed {seed}: took {clock.Elapsed}");
        var memory = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(memory < MostMemory * 4, $"{kind}, seed {seed}: allocated {memory} bytes in all");
        return outcome;
    }

    private static string Exercise(BlockDevice device, Stopwatch clock)
    {
        using var fileSystem = ExtFileSystem.Open(device);
        _ = fileSystem.Label + fileSystem.Uuid + fileSystem.Kind + fileSystem.Features.Count;
        var outcome = "fine";
        var budget = 2000;
        Guarded(() => Walk(fileSystem, "/", 0, ref budget, clock));
        Guarded(() => fileSystem.WriteFile("/etc/hostname", ExtImages.Pattern(5000, 1)));
        Guarded(() => fileSystem.Remove("/large"));
        Guarded(() => fileSystem.WriteFile("/many/another-name-that-takes-some-room-in-its-directory", "x"u8));
        Guarded(() => fileSystem.CreateDirectory("/a/new"));
        Guarded(() => fileSystem.CreateSymbolicLink("/a/link", new string('t', 100)));
        Guarded(() => fileSystem.Rename("/etc/machine-id", "/a/b/moved"));
        Guarded(() => fileSystem.Remove("/a/b/c/deep"));
        Guarded(() =>
        {
            using var edit = fileSystem.BeginEdit();
            edit.AppendFile("/sparse", "tail"u8);
            edit.Truncate("/etc/hostname", 100);
            edit.Remove("/slow");
            edit.Commit();
        });
        return outcome;

        void Guarded(Action action)
        {
            try
            {
                action();
            }
            catch (XenKubeException e)
            {
                outcome = e.ErrorId;
                // An edit that was refused must not have been begun on the disk.
                Assert.True(e.ErrorId != "EditInterrupted", e.InnerException?.ToString());
            }
        }
    }

    private static void Walk(ExtFileSystem fileSystem, string path, int depth, ref int budget, Stopwatch clock)
    {
        IReadOnlyList<FileSystemEntry> entries;
        try
        {
            entries = fileSystem.List(path);
        }
        catch (XenKubeException)
        {
            return;
        }
        var buffer = new byte[64 * 1024];
        foreach (var entry in entries)
        {
            if (--budget < 0 || depth > 30 || clock.Elapsed > Longest)
            {
                return;
            }
            try
            {
                fileSystem.ReadExtendedAttributes(entry.Path);
                if (entry.Kind == FileSystemEntryKind.File)
                {
                    using var stream = fileSystem.OpenRead(entry.Path);
                    for (var i = 0; i < 16 && stream.Read(buffer, 0, buffer.Length) > 0; i++)
                    {
                    }
                    stream.Position = Math.Max(0, stream.Length - 10);
                    _ = stream.Read(buffer, 0, buffer.Length);
                }
                else if (entry.Kind == FileSystemEntryKind.Directory)
                {
                    Walk(fileSystem, entry.Path, depth + 1, ref budget, clock);
                }
                else
                {
                    fileSystem.Find(entry.Path);
                }
            }
            catch (XenKubeException)
            {
                // The rest of the tree is still to be tried.
            }
        }
    }

    // Changes a few bytes of one structure and makes its checksum right again, most of the time.
    private static void Damage(byte[] image, Random random)
    {
        ExtSuperblock superblock;
        try
        {
            superblock = ExtSuperblock.Read(image.AsSpan(1024, 1024).ToArray(), image.Length);
        }
        catch (XenKubeException)
        {
            Change(image.AsSpan(1024, 1024), random);
            return;
        }
        var repair = random.Next(8) != 0;
        try
        {
            DamageStructure(image, superblock, random, repair);
        }
        catch (Exception e) when (e is XenKubeException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // Damage before this one hides the structure from this test, which does not look as closely as the code it tests.
            Change(image.AsSpan(random.Next(image.Length - 512), 512), random);
        }
    }

    private static void DamageStructure(byte[] image, ExtSuperblock superblock, Random random, bool repair)
    {
        var size = superblock.BlockSize;
        var volume = new ExtVolume(superblock, new BlockStore(new MemoryDevice(image), size, superblock.BlockCount));
        var map = new FileMap(volume);
        switch (random.Next(7))
        {
            case 0:
                var bytes = image.AsSpan(1024, 1024);
                Change(bytes[..0x290], random);
                if (repair)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes[0x3FC..], Crc32C.Append(Crc32C.Start, bytes[..0x3FC]));
                }
                break;
            case 1:
                var group = random.Next(superblock.GroupCount);
                var at = (int)volume.DescriptorBlock(group) * size + group % (size / superblock.DescriptorSize) * superblock.DescriptorSize;
                var descriptor = image.AsSpan(at, superblock.DescriptorSize);
                Change(descriptor, random);
                if (repair)
                {
                    GroupDescriptor.StoreChecksum(descriptor, GroupDescriptor.Checksum(superblock, group, descriptor));
                }
                break;
            case 2:
                var number = (uint)random.Next(1, 60);
                var (block, offset) = volume.InodePlace(number);
                var inode = image.AsSpan((int)block * size + offset, superblock.InodeSize);
                Change(random.Next(2) == 0 ? inode.Slice(0x28, 60) : inode, random);
                if (repair && superblock.HasMetadataChecksums)
                {
                    var copy = new ExtInode(number, inode.ToArray());
                    copy.StoredChecksum = copy.Checksum(volume.ChecksumSeed);
                    copy.Bytes.CopyTo(inode);
                }
                break;
            case 3 or 4:
                DamageBlockOf(image, volume, map, random, repair);
                break;
            case 5 when superblock.HasJournal:
                var journal = map.Collect(volume.ReadInode(8));
                var place = (int)((journal.Runs[0].Physical + random.Next(12)) * size);
                Change(image.AsSpan(place, Math.Min(size, 256)), random);
                break;
            default:
                var bitmap = volume.ReadGroup(random.Next(superblock.GroupCount));
                Change(image.AsSpan((int)(random.Next(2) == 0 ? bitmap.BlockBitmap : bitmap.InodeBitmap) * size, size), random);
                break;
        }
    }

    // A block of a directory, of an extent tree or of attributes.
    private static void DamageBlockOf(byte[] image, ExtVolume volume, FileMap map, Random random, bool repair)
    {
        var size = volume.BlockSize;
        var inode = volume.ReadInode((uint)(random.Next(4) == 0 ? 2 : random.Next(11, 60)));
        var seed = inode.Seed(volume.ChecksumSeed);
        if (inode.AttributeBlock is > 0 and < 1 << 20 && random.Next(2) == 0)
        {
            var block = image.AsSpan((int)inode.AttributeBlock * size, size);
            Change(block[..Math.Min(size, 200)], random);
            if (repair)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(block[0x10..], 0);
                BinaryPrimitives.WriteUInt32LittleEndian(block[0x10..], Crc32C.Append(Crc32C.Append(volume.ChecksumSeed, (ulong)inode.AttributeBlock), block));
            }
            return;
        }
        var all = map.Collect(inode);
        if (all.MapBlocks.Count > 0 && random.Next(2) == 0)
        {
            var block = image.AsSpan((int)all.MapBlocks[random.Next(all.MapBlocks.Count)] * size, size);
            Change(block[..Math.Min(size, 120)], random);
            if (repair && inode.Has(InodeFlags.Extents) && new ExtentNode(block).TailAt <= size - 4)
            {
                var tail = new ExtentNode(block).TailAt;
                BinaryPrimitives.WriteUInt32LittleEndian(block[tail..], ExtentTree.Checksum(seed, block, tail));
            }
            return;
        }
        if (inode.IsDirectory && all.Runs.Count > 0)
        {
            var run = all.Runs[random.Next(all.Runs.Count)];
            var bytes = image.AsSpan((int)(run.Physical + random.NextInt64(run.Count)) * size, size).ToArray();
            var place = image.AsSpan().IndexOf(bytes);
            Change(bytes.AsSpan(0, random.Next(2) == 0 ? 64 : size - 12), random);
            if (repair && volume.Superblock.HasMetadataChecksums)
            {
                if (bytes[^5] == (byte)EntryKind.Checksum)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(size - 4), ExtDirectory.LeafChecksum(seed, bytes));
                }
                else if ((IndexNode.Open(bytes, true, true) ?? IndexNode.Open(bytes, false, true)) is { } node)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(node.TailAt + 4), ExtDirectory.IndexChecksum(seed, bytes, node));
                }
            }
            bytes.CopyTo(image, place);
        }
    }

    private static void Change(Span<byte> bytes, Random random)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = 0;
                    break;
                case 2:
                    bytes[at] = 0xFF;
                    break;
                case 3:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 4:
                    at &= ~3;
                    ReadOnlySpan<uint> values = [0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, (uint)random.Next(4096), 0x10000];
                    if (at + 4 <= bytes.Length)
                    {
                        BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], values[random.Next(values.Length)]);
                    }
                    break;
                default:
                    at &= ~1;
                    if (at + 2 <= bytes.Length)
                    {
                        BinaryPrimitives.WriteUInt16LittleEndian(bytes[at..], (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) + random.Next(-2, 3)));
                    }
                    break;
            }
        }
    }

    internal static byte[] MakeImage(string options)
    {
        using var directory = new TemporaryDirectory(inMemory: true);
        var tree = directory["tree"];
        directory.Write("tree/etc/hostname", "node-1\n");
        directory.Write("tree/etc/machine-id", "0123456789abcdef\n");
        directory.Write("tree/large", ExtImages.Pattern(100_000, 1));
        directory.Write("tree/a/b/c/deep", "deep\n");
        for (var i = 0; i < 40; i++)
        {
            directory.Write($"tree/many/file-{i:d5}-with-a-rather-long-name-to-fill-blocks", $"content {i}\n");
        }
        File.CreateSymbolicLink(directory["tree/fast"], "etc/hostname");
        File.CreateSymbolicLink(directory["tree/slow"], "./././././././././././././././././././././././././././././././././././etc/hostname");
        var image = ExtImages.Make(directory["image"], 3 << 20, [.. options.Split(' '), "-d", tree]);
        // A file in pieces has a map of its own blocks, whatever the kind of map; attributes fill the inode and a block.
        var pieces = directory.Write("pieces", "");
        using (var file = File.OpenWrite(pieces))
        {
            for (var i = 0; i < 40; i++)
            {
                file.Position = i * 8192;
                file.Write("piece"u8);
            }
        }
        ExtImages.Debug(image, $"write {pieces} sparse", "ea_set /etc/hostname user.short value", $"ea_set /etc/hostname user.long {new string('v', 300)}");
        return File.ReadAllBytes(image);
    }

    /// <summary>A device in memory that takes a write outside of itself for what it is: our fault.</summary>
    private sealed class WalledDevice(byte[] bytes) : BlockDevice
    {
        public override string Name => "hostile";

        public override long Length => bytes.Length;

        public override bool CanWrite => true;

        public override void Read(long offset, Span<byte> buffer)
        {
            if (offset < 0 || offset > bytes.Length - buffer.Length)
            {
                throw new InvalidOperationException($"read of {buffer.Length} bytes at {offset}");
            }
            bytes.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
        }

        public override void Write(long offset, ReadOnlySpan<byte> content)
        {
            if (offset < 0 || offset > bytes.Length - content.Length)
            {
                throw new InvalidOperationException($"write of {content.Length} bytes at {offset}");
            }
            content.CopyTo(bytes.AsSpan((int)offset));
        }

        public override void Flush()
        {
        }
    }
}
