using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Journal;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hostile;

/// <summary>
/// Images of 8 GiB that were made to cost as much memory and time as can be, given to the program. Its heap may not grow beyond what
/// leaves 500 MB for the process, and the process is ended after some seconds of processor time: more than the promised 5, since the start of the
/// program takes some of it, and a busy machine makes everything slower. What each image costs is printed.
/// </summary>
[Trait("Kind", "Process")]
public sealed class ImageLimitsTests(ITestOutputHelper output) : IDisposable
{
    private const long Size = 8L << 30;
    private const long Start = 1 << 20;
    private const string Heap = "0x18000000";
    private const int Seconds = 12;

    private readonly TemporaryDirectory _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    private string Image => _folder["image"];

    [Fact]
    public void Directory_whose_blocks_are_all_one_block() => Craft("-t ext4 -J size=4", surgeon => surgeon.Change(surgeon.Find("/lost+found"), inode =>
    {
        var block = FullBlock(surgeon, inode, 4);
        surgeon.MapBlocks(inode, [.. Enumerable.Repeat(block, 60_000)]);
        inode.Size = 60_000L * surgeon.BlockSize;
    }), ["disk", "ls", Image, "ROOT", "/lost+found"], ["disk", "put", Image, "ROOT", "/lost+found/new"], ["disk", "rm", Image, "ROOT", "/lost+found"]);

    [Fact]
    public void Directory_of_pointers_that_all_lead_to_one_block() => Craft("-t ext2", surgeon => surgeon.Change(surgeon.Find("/lost+found"), inode =>
    {
        surgeon.MapEverythingTo(inode, FullBlock(surgeon, inode, 4));
        inode.Size = surgeon.Volume.Superblock.BlockCount * surgeon.BlockSize;
    }), ["disk", "ls", Image, "ROOT", "/lost+found"], ["disk", "put", Image, "ROOT", "/lost+found/new"], ["disk", "rm", Image, "ROOT", "/lost+found"]);

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(255)]
    public void Directory_of_millions_of_names(int length) => Craft("-t ext4 -J size=4", surgeon => surgeon.WriteDirectory(
        surgeon.Find("/lost+found"), ExtInode.Root, Enumerable.Range(0, 230_000_000 / (12 + length)).Select(i => (Name(i, length), 12u, EntryKind.RegularFile))),
        ["disk", "ls", Image, "ROOT", "/lost+found"], ["disk", "ls", Image, "ROOT", "/lost+found", "--json"], ["disk", "cat", Image, "ROOT", "/lost+found/x"]);

    [Theory]
    [InlineData(30, 300_000)]
    [InlineData(255, 150_000)]
    public void Directory_of_as_many_names_as_are_listed(int length, int count) => Craft("-t ext4 -J size=4", surgeon => surgeon.WriteDirectory(
        surgeon.Find("/lost+found"), ExtInode.Root, Enumerable.Range(0, count).Select(i => (Name(i, length), (uint)(12 + i % 400_000), EntryKind.RegularFile))),
        ["disk", "ls", Image, "ROOT", "/lost+found"], ["disk", "ls", Image, "ROOT", "/lost+found", "--json"]);

    [Fact]
    public void Names_of_links_that_are_long() => Craft("-t ext4 -J size=4", surgeon =>
    {
        var block = surgeon.Take();
        surgeon.Create(block).AsSpan(0, 4095).Fill((byte)'t');
        for (uint number = 100; number < 8000; number++)
        {
            var link = new ExtInode(number, (byte[])surgeon.Inode(surgeon.Find("/lost+found")).Bytes.Clone()) { Mode = 0xA1FF, Size = 4095, Links = 1, StoredBlocks = 8 };
            surgeon.MapBlocks(link, [block]);
            surgeon.Volume.WriteInode(link);
        }
        surgeon.WriteDirectory(surgeon.Find("/lost+found"), ExtInode.Root, Enumerable.Range(0, 300_000).Select(i => (Name(i, 8), (uint)(100 + i % 7900), EntryKind.SymbolicLink)));
    }, ["disk", "ls", Image, "ROOT", "/lost+found"]);

    [Fact]
    public void File_of_millions_of_pieces() => Craft("-t ext4 -J size=64 -O ^metadata_csum", surgeon =>
    {
        // Every second block between the tables, which are in every sixteenth group.
        var file = surgeon.Find("/lost+found");
        surgeon.Change(file, inode =>
        {
            inode.Mode = 0x81A4;
            inode.Links = 1;
            surgeon.MapBlocks(inode, [.. Enumerable.Range(0, 480_000).Select(i => (i < 240_000 ? 1_065_000L : 1_110_000L) + 2 * i)]);
            inode.Size = 480_000L * surgeon.BlockSize;
        });
        FillBitmaps(surgeon);
    }, ["disk", "rm", Image, "ROOT", "/lost+found"], ["disk", "put", Image, "ROOT", "/lost+found"], ["disk", "cat", Image, "ROOT", "/nothing"]);

    [Fact]
    public void File_whose_map_maps_nothing() => Craft("-t ext2", surgeon => surgeon.Change(surgeon.Find("/lost+found"), inode =>
    {
        inode.Mode = 0x81A4;
        inode.Links = 1;
        // A tree of a million blocks of zeros, which takes no room in the image's file.
        inode.Map.Clear();
        var zeros = 1_000_000L;
        var top = surgeon.Take();
        var bytes = surgeon.Create(top);
        for (var i = 0; i < 900; i++)
        {
            var middle = surgeon.Take();
            var below = surgeon.Create(middle);
            for (var j = 0; j < 1024; j++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(below.AsSpan(j * 4), (uint)zeros++);
            }
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), (uint)middle);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(inode.Map[(14 * 4)..], (uint)top);
        inode.Size = 1L << 41;
    }), ["disk", "rm", Image, "ROOT", "/lost+found"]);

    [Fact]
    public void Journal_in_thousands_of_pieces_full_of_revoked_blocks() => Craft("-t ext4 -J size=4", surgeon =>
        Journal(surgeon, 32_000, (journal, log) =>
        {
            for (var i = 1; i < log.Count - 1; i++)
            {
                var block = surgeon.Create(log[i]);
                new JournalBlock(JournalBlock.Revoke, 1).Write(block);
                BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(12), 4096);
                for (var at = 16; at + 8 <= 4096; at += 8)
                {
                    BinaryPrimitives.WriteUInt64BigEndian(block.AsSpan(at), (ulong)(i * 510 + at / 8));
                }
                if (i % 4000 == 0)
                {
                    surgeon.Flush();
                }
            }
        }), ["disk", "ls", Image, "ROOT", "/"], ["disk", "put", Image, "ROOT", "/new"]);

    [Fact]
    public void Journal_in_thousands_of_pieces_full_of_copies() => Craft("-t ext4 -J size=4", surgeon =>
        Journal(surgeon, 32_000, (journal, log) =>
        {
            const int tagSize = 12, perDescriptor = 300;
            for (var i = 1; i + perDescriptor < log.Count - 1; i += perDescriptor + 1)
            {
                var block = surgeon.Create(log[i]);
                new JournalBlock(JournalBlock.Descriptor, 1).Write(block);
                for (var tag = 0; tag < perDescriptor; tag++)
                {
                    var flags = JournalTagFlags.SameUuid | (tag == perDescriptor - 1 ? JournalTagFlags.Last : 0);
                    new JournalTag(1_500_000 + i + tag, flags, 0).Write(block.AsSpan(12 + tag * tagSize), journal);
                }
            }
        }), ["disk", "ls", Image, "ROOT", "/"], ["disk", "put", Image, "ROOT", "/new"]);

    [Fact]
    public void Orphans_without_number() => Craft("-t ext4 -J size=4 -O ^orphan_file,^metadata_csum", surgeon =>
    {
        for (uint number = 20; number < 200_020; number++)
        {
            surgeon.Change(number, inode =>
            {
                inode.Mode = 0x81A4;
                inode.DeletionTime = number + 1;
            });
        }
        FillBitmaps(surgeon);
        surgeon.Flush();
        surgeon.ChangeSuperblock(bytes => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0xE8), 20));
    }, ["disk", "ls", Image, "ROOT", "/"], ["disk", "put", Image, "ROOT", "/new"]);

    [Fact]
    public void Groups_that_claim_free_blocks_and_have_none() => Craft("-t ext4 -b 1024 -g 1024 -N 8192 -J size=4 -O ^metadata_csum,^resize_inode", surgeon =>
    {
        FillBitmaps(surgeon);
    }, ["disk", "put", Image, "ROOT", "/new"], ["disk", "mkdir", Image, "ROOT", "/new"]);

    [Fact]
    public void Table_of_thousands_of_partitions_and_headers()
    {
        foreach (var (name, craft) in HostileTables.Crafts())
        {
            var disk = HostileDisk.MakeTable();
            HostileDisk.Save(craft(disk), Image);
            Cost(name, ["disk", "partitions", Image], ["disk", "ls", Image, "ROOT", "/"]);
        }
    }

    private static void Journal(ExtSurgeon surgeon, int blocks, Action<JournalSuperblock, IReadOnlyList<long>> fill)
    {
        var log = Enumerable.Range(0, blocks).Select(i => 1_000_000L + 2 * i).ToList();
        var old = surgeon.Inode(8);
        var first = new ExtentNode(old.Map).Extent(0).Physical;
        var superblock = surgeon.ChangeBlock(first).ToArray();
        BinaryPrimitives.WriteInt32BigEndian(superblock.AsSpan(0x04), 4);
        BinaryPrimitives.WriteInt32BigEndian(superblock.AsSpan(0x10), blocks);
        BinaryPrimitives.WriteInt32BigEndian(superblock.AsSpan(0x14), 1);
        BinaryPrimitives.WriteInt32BigEndian(superblock.AsSpan(0x18), 1);
        BinaryPrimitives.WriteInt32BigEndian(superblock.AsSpan(0x1C), 1);
        BinaryPrimitives.WriteInt32BigEndian(superblock.AsSpan(0x28), (int)(JournalFeatures.Revoke | JournalFeatures.SixtyFourBit));
        superblock.CopyTo(surgeon.Create(log[0]), 0);
        surgeon.Change(8, inode =>
        {
            surgeon.MapBlocks(inode, log);
            inode.Size = (long)blocks * surgeon.BlockSize;
        });
        fill(JournalSuperblock.Read(superblock.AsSpan(0, 1024).ToArray(), surgeon.BlockSize, blocks, out _)!, log);
        new JournalBlock(JournalBlock.Commit, 1).Write(surgeon.Create(log[^1]));
        surgeon.Flush();
        surgeon.ChangeSuperblock(bytes => bytes[0x60] |= 4);
    }

    // Every block and inode is in use, by the bitmaps; the descriptors claim what they claimed.
    private static void FillBitmaps(ExtSurgeon surgeon)
    {
        for (var group = 0; group < surgeon.Volume.Superblock.GroupCount; group++)
        {
            var descriptor = surgeon.Volume.ReadGroup(group);
            surgeon.WriteGroup(group, descriptor with { Flags = GroupFlags.None, UnusedInodes = 0 });
            surgeon.Create(descriptor.BlockBitmap).AsSpan().Fill(0xFF);
            surgeon.Create(descriptor.InodeBitmap).AsSpan().Fill(0xFF);
            if (group % 500 == 0)
            {
                surgeon.Flush();
            }
        }
    }

    private static long FullBlock(ExtSurgeon surgeon, ExtInode directory, int length)
    {
        var block = surgeon.Take();
        surgeon.WriteDirectoryBlock(directory, block, Enumerable.Range(0, surgeon.EntriesPerBlock(length)).Select(i => (Name(i, length), 12u, EntryKind.RegularFile)));
        return block;
    }

    private static byte[] Name(int number, int length) => Encoding.ASCII.GetBytes(number.ToString("x", CultureInfo.InvariantCulture).PadLeft(length, 'n')[^length..]);

    private void Craft(string options, Action<ExtSurgeon> craft, params string[][] commands)
    {
        Tool.Need("mke2fs", "sgdisk", "bash");
        using (var file = File.Create(Image))
        {
            file.SetLength(Size);
        }
        Tool.Run("sgdisk", "--new=1:2048:0", "--change-name=1:ROOT", Image).ShouldSucceed();
        var blocks = (Size - Start - (1 << 20)) / 1024;
        Tool.Run("mke2fs", ["-q", "-F", .. options.Split(' '), "-E", $"offset={Start},nodiscard", Image, string.Create(CultureInfo.InvariantCulture, $"{blocks}k")], null).ShouldSucceed();
        using (var device = FileDevice.Open(Image, writable: true))
        {
            var surgeon = new ExtSurgeon(new PartitionDevice(device, Start, Size - Start - (1 << 20)));
            craft(surgeon);
            surgeon.Flush();
        }
        Cost(options, commands);
    }

    private void Cost(string what, params string[][] commands)
    {
        foreach (var words in commands)
        {
            // The processor time is the kernel's count; the memory is what the heap may grow to, since no tool is needed for that.
            var script = $"export DOTNET_GCHeapHardLimit={Heap} TIMEFORMAT='%U+%S'; ulimit -t {Seconds}; time dotnet \"$@\" < /dev/null > /dev/null";
            var run = Tool.Run("bash", ["-c", script, "bash", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), .. words], null);
            var said = Printable.Of(run.Error.Trim().Replace(Image, "IMAGE", StringComparison.Ordinal).Split('\n')[0]);
            output.WriteLine($"{what}: {string.Join(' ', words).Replace(Image, "IMAGE", StringComparison.Ordinal)}: {run.Error.Trim().Split('\n')[^1]} s: {said}");
            Assert.True(run.ExitCode is 0 or 1, $"{what}: {string.Join(' ', words)}: exit {run.ExitCode}: {run.Error}");
        }
    }
}
