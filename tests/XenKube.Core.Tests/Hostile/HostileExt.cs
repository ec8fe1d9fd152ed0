using System.Buffers.Binary;
using System.Text;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.Tests.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hostile;

/// <summary>ext file systems as a hostile guest would leave them. Each is a sound one with one thing done to it.</summary>
internal static class HostileExt
{
    public const string WithChecksums = "-t ext4 -b 1024 -N 512 -J size=1";
    public const string WithoutChecksums = "-t ext4 -b 1024 -N 512 -J size=1 -O ^metadata_csum";
    public const string Old = "-t ext2 -b 1024 -N 512";

    /// <summary>Makes the sound file system: what the checks of a node look for, and a place for each kind of trick.</summary>
    public static byte[] MakeBase(string options, int size = 8 << 20)
    {
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/etc/hostname", "node-1\n");
        directory.Write("tree/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
        directory.Write("tree/grub.cfg", "set linux_append=\"\"\n");
        directory.Write("tree/lib/os-release", "ID=coreos\nVERSION_ID=1520.9.0\n");
        directory.Write("tree/d/a/b/file", "deep\n");
        directory.Write("tree/d/big", ExtImages.Pattern(40_000, 7));
        directory.Write("tree/d/small", "small\n");
        directory.Write("tree/victim/file", "x");
        directory.Write("tree/other/file", "y");
        File.CreateSymbolicLink(directory["tree/d/link"], "small");
        var image = ExtImages.Make(directory["image"], size, [.. options.Split(' '), "-d", directory["tree"]]);
        return File.ReadAllBytes(image);
    }

    /// <summary>Tricks with directories, names, maps and sizes; each works on any of the file systems above.</summary>
    /// <param name="canary">A path of the host that hostile links lead to.</param>
    public static IEnumerable<(string Name, Action<ExtSurgeon> Craft)> Crafts(string canary)
    {
        foreach (var (name, bytes) in OddNames(canary))
        {
            yield return ($"name {name}", surgeon => AddNames(surgeon, [(bytes, surgeon.Find("/d/small"), EntryKind.RegularFile)]));
            yield return ($"link {name}", surgeon =>
            {
                surgeon.Change(surgeon.Find("/d/link"), inode => SetTarget(inode, bytes.Length is > 0 and < 60 ? bytes : Encoding.UTF8.GetBytes(canary)));
                AddNames(surgeon, [(bytes, surgeon.Find("/d/link"), EntryKind.SymbolicLink)]);
            });
            yield return ($"directory {name}", surgeon => AddNames(surgeon, [(bytes, surgeon.Find("/victim"), EntryKind.Directory)]));
        }
        foreach (var (first, second) in new[] { ("/d/link", "/d/small"), ("/d/small", "/d/link"), ("/d/link", "/d/a"), ("/d/a", "/d/link"), ("/d/a", "/d/a"), ("/d/small", "/d/big") })
        {
            yield return ($"one name twice: {first} and {second}", surgeon =>
            {
                surgeon.Change(surgeon.Find("/d/link"), inode => SetTarget(inode, Encoding.UTF8.GetBytes(Path.GetDirectoryName(canary)!)));
                AddNames(surgeon, [("twice"u8.ToArray(), surgeon.Find(first), Kind(surgeon, first)), ("twice"u8.ToArray(), surgeon.Find(second), Kind(surgeon, second))]);
            });
        }
        yield return ("directory in itself", surgeon => AddNames(surgeon, [("self"u8.ToArray(), surgeon.Find("/d"), EntryKind.Directory)]));
        yield return ("root in a directory", surgeon => AddNames(surgeon, [("root"u8.ToArray(), ExtInode.Root, EntryKind.Directory)]));
        yield return ("directory in its own child", surgeon => AddNames(surgeon, [("up"u8.ToArray(), surgeon.Find("/d"), EntryKind.Directory)], "/d/a"));
        yield return ("root names itself", surgeon => AddNames(surgeon, [("root"u8.ToArray(), ExtInode.Root, EntryKind.Directory)], "/"));
        yield return ("two names for each directory", surgeon => Ladder(surgeon, 2));
        yield return ("nine names for each directory", surgeon => Ladder(surgeon, 9));
        foreach (var number in new uint[] { 0, 1, 3, 5, 7, 8, 9, 10, 511, 512, 513, 100_000, int.MaxValue, uint.MaxValue })
        {
            yield return ($"name of inode {number}", surgeon => AddNames(surgeon, [("odd"u8.ToArray(), number, EntryKind.RegularFile)]));
        }
        foreach (var size in new[] { 0, 1, 1023, 1025, 1 << 20, 1L << 31, 1L << 32, 1L << 40, 1L << 52, long.MaxValue - 1024, long.MaxValue, -1, long.MinValue })
        {
            yield return ($"file of {size} bytes", surgeon => surgeon.Change(surgeon.Find("/d/big"), inode => inode.Size = size));
            yield return ($"directory of {size} bytes", surgeon => surgeon.Change(surgeon.Find("/d"), inode => inode.Size = size));
            yield return ($"link of {size} bytes", surgeon => surgeon.Change(surgeon.Find("/d/link"), inode => inode.Size = size));
            yield return ($"journal of {size} bytes", surgeon => surgeon.Change(8, inode => inode.Size = size));
        }
        foreach (var mode in new ushort[] { 0, 0x1000, 0x2000, 0x6000, 0x8000, 0xA000, 0xC000, 0xF000, 0xFFFF, 0x8DFF, 0x4DFF })
        {
            foreach (var path in new[] { "/d/small", "/d", "/grub.cfg", "/etc" })
            {
                yield return ($"mode {mode:x} of {path}", surgeon => surgeon.Change(surgeon.Find(path), inode => inode.Mode = mode));
            }
        }
        foreach (var flag in Enum.GetValues<InodeFlags>())
        {
            foreach (var path in new[] { "/d/big", "/d", "/etc/machine-id" })
            {
                yield return ($"flag {flag} of {path}", surgeon => surgeon.Change(surgeon.Find(path), inode => inode.Flags ^= flag));
            }
        }
        yield return ("directory of one block many times", surgeon => Alias(surgeon, 8000));
        yield return ("directory of pointers that all lead to one block", surgeon => surgeon.Change(surgeon.Find("/d"), inode =>
        {
            var target = Take(surgeon, inode);
            surgeon.MapEverythingTo(inode, target);
            inode.Size = surgeon.Volume.Superblock.BlockCount * surgeon.BlockSize;
        }));
        yield return ("file of pointers that all lead to one block", surgeon => surgeon.Change(surgeon.Find("/d/big"), inode =>
        {
            surgeon.MapEverythingTo(inode, surgeon.Take());
            inode.Size = 1L << 33;
        }));
        yield return ("extents that overlap", surgeon => Runs(surgeon, [new(0, 100, 50), new(20, 200, 50)]));
        yield return ("extents in the wrong order", surgeon => Runs(surgeon, [new(50, 100, 5), new(20, 200, 5), new(0, 300, 5)]));
        yield return ("extents of the superblock", surgeon => Runs(surgeon, [new(0, 0, 5)]));
        yield return ("extents of the descriptors", surgeon => Runs(surgeon, [new(0, 1, 5), new(5, 2, 5)]));
        yield return ("extents behind the end", surgeon => Runs(surgeon, [new(0, (1L << 47) + 5, 5)]));
        yield return ("extent of no blocks", surgeon => Runs(surgeon, [new(0, 100, 0), new(1, 100, 0)]));
        yield return ("extents of the largest numbers", surgeon => Runs(surgeon, [new(uint.MaxValue - 3, 100, 32768)]));
        yield return ("extent tree that repeats a node", surgeon => CrossedTree(surgeon, 1));
        yield return ("extent tree that leads to itself", surgeon => CrossedTree(surgeon, 2));
        yield return ("extent tree of another file", surgeon => surgeon.Change(surgeon.Find("/d/small"), inode => surgeon.Inode(surgeon.Find("/d/big")).Map.CopyTo(inode.Map)));
        yield return ("sparse file of 900 GB", surgeon => surgeon.Change(surgeon.Find("/d/big"), inode =>
        {
            surgeon.MapBlocks(inode, []);
            inode.Size = 900_000_000_000;
        }));
        yield return ("deep directories", surgeon => Chain(surgeon, 400));
        yield return ("many links to one long link", LongLinks);
        yield return ("links that lead to each other", surgeon => surgeon.Change(surgeon.Find("/d/link"), inode => SetTarget(inode, "link/link/link"u8.ToArray())));
        yield return ("attribute block of the superblock", surgeon => surgeon.Change(surgeon.Find("/d/small"), inode => inode.AttributeBlock = 1));
        yield return ("attribute block behind the end", surgeon => surgeon.Change(surgeon.Find("/d/small"), inode => inode.AttributeBlock = 1L << 40));
        foreach (var links in new ushort[] { 0, 1, 2, 65000, 65535 })
        {
            yield return ($"{links} links of a file", surgeon => surgeon.Change(surgeon.Find("/d/small"), inode => inode.Links = links));
            yield return ($"{links} links of a directory", surgeon => surgeon.Change(surgeon.Find("/victim"), inode => inode.Links = links));
        }
    }

    private static EntryKind Kind(ExtSurgeon surgeon, string path) =>
        surgeon.Inode(surgeon.Find(path)) is { IsDirectory: true } ? EntryKind.Directory : path.EndsWith("link", StringComparison.Ordinal) ? EntryKind.SymbolicLink : EntryKind.RegularFile;

    private static IEnumerable<(string Name, byte[] Bytes)> OddNames(string canary)
    {
        yield return ("..", ".."u8.ToArray());
        yield return (".", "."u8.ToArray());
        yield return ("of a path", "../../canary"u8.ToArray());
        yield return ("of an absolute path", Encoding.UTF8.GetBytes(canary.Length > 200 ? canary[..200] : canary));
        yield return ("with a slash", "a/b"u8.ToArray());
        yield return ("of a slash", "/"u8.ToArray());
        yield return ("of a backslash", "\\"u8.ToArray());
        yield return ("with backslashes", "..\\..\\canary"u8.ToArray());
        yield return ("with zeros", "a\0b"u8.ToArray());
        yield return ("of zeros", new byte[8]);
        yield return ("with escape sequences", "\u001b]0;owned\u0007\u001b[2J"u8.ToArray());
        yield return ("with a line break", "a\nb\r\nc"u8.ToArray());
        yield return ("with C1 controls", "a\u009b31mb"u8.ToArray());
        yield return ("with bidirectional marks", "a\u202etxt.exe"u8.ToArray());
        yield return ("not UTF-8", [0xFF, 0xFE, 0x80, (byte)'x']);
        yield return ("half of a character", [(byte)'x', 0xE2, 0x82]);
        yield return ("a surrogate", [0xED, 0xB3, 0xBF]);
        yield return ("U+FFFD", "x\uFFFD"u8.ToArray());
        yield return ("with wildcards", "*?[a]"u8.ToArray());
        yield return ("an option", "-rf"u8.ToArray());
        yield return ("a command", "$(touch canary)"u8.ToArray());
        yield return ("of 255 bytes", [.. Enumerable.Repeat((byte)'n', 255)]);
        yield return ("of a drive", "C:"u8.ToArray());
        yield return ("of spaces", "   "u8.ToArray());
        yield return ("of our own temporary files", ".xenkube-00000000000000000000000000000000"u8.ToArray());
    }

    private static void SetTarget(ExtInode inode, byte[] target)
    {
        inode.Map.Clear();
        target.AsSpan(0, Math.Min(59, target.Length)).CopyTo(inode.Map);
        inode.Size = Math.Min(59, target.Length);
        inode.StoredBlocks = 0;
        inode.Flags &= ~(InodeFlags.Extents | InodeFlags.InlineData);
    }

    private static void AddNames(ExtSurgeon surgeon, IEnumerable<(byte[] Name, uint Inode, EntryKind Kind)> more, string directory = "/d")
    {
        var number = directory == "/" ? ExtInode.Root : surgeon.Find(directory);
        var parent = directory.LastIndexOf('/') == 0 ? ExtInode.Root : surgeon.Find(directory[..directory.LastIndexOf('/')]);
        IEnumerable<(byte[], uint, EntryKind)> old = directory switch
        {
            "/d" => [("small"u8.ToArray(), surgeon.Find("/d/small"), EntryKind.RegularFile), ("big"u8.ToArray(), surgeon.Find("/d/big"), EntryKind.RegularFile), ("a"u8.ToArray(), surgeon.Find("/d/a"), EntryKind.Directory), ("link"u8.ToArray(), surgeon.Find("/d/link"), EntryKind.SymbolicLink)],
            "/" => [("d"u8.ToArray(), surgeon.Find("/d"), EntryKind.Directory), ("etc"u8.ToArray(), surgeon.Find("/etc"), EntryKind.Directory), ("grub.cfg"u8.ToArray(), surgeon.Find("/grub.cfg"), EntryKind.RegularFile)],
            _ => [],
        };
        surgeon.WriteDirectory(number, parent, [.. old, .. more]);
    }

    private static long Take(ExtSurgeon surgeon, ExtInode directory)
    {
        var block = surgeon.Take();
        surgeon.WriteDirectoryBlock(directory, block, Enumerable.Range(0, surgeon.EntriesPerBlock(4)).Select(i => (Encoding.ASCII.GetBytes($"{i:x4}"), 12u, EntryKind.RegularFile)));
        return block;
    }

    private static void Alias(ExtSurgeon surgeon, int count) => surgeon.Change(surgeon.Find("/d"), inode =>
    {
        var block = Take(surgeon, inode);
        inode.Flags &= ~InodeFlags.Indexed;
        surgeon.MapBlocks(inode, [.. Enumerable.Repeat(block, count)]);
        inode.Size = (long)count * surgeon.BlockSize;
    });

    // Each directory has several names for the next one: as many ways as no computer can walk.
    private static void Ladder(ExtSurgeon surgeon, int names)
    {
        uint[] steps = [surgeon.Find("/d"), surgeon.Find("/d/a"), surgeon.Find("/d/a/b"), surgeon.Find("/victim"), surgeon.Find("/other"), surgeon.Find("/lib")];
        for (var i = 0; i < steps.Length; i++)
        {
            var next = steps[(i + 1) % steps.Length];
            surgeon.WriteDirectory(steps[i], steps[(i + steps.Length - 1) % steps.Length], Enumerable.Range(0, names).Select(n => (Encoding.ASCII.GetBytes($"n{n}"), next, EntryKind.Directory)));
        }
    }

    private static void Runs(ExtSurgeon surgeon, BlockRun[] runs) => surgeon.Change(surgeon.Find("/d/big"), inode =>
    {
        surgeon.MapRuns(inode, runs);
        inode.Size = 200 * surgeon.BlockSize;
    });

    private static void CrossedTree(ExtSurgeon surgeon, int kind) => surgeon.Change(surgeon.Find("/d/big"), inode =>
    {
        var capacity = (surgeon.BlockSize - ExtentNode.HeaderSize) / ExtentNode.EntrySize;
        var (leaf, node) = (surgeon.Take(), surgeon.Take());
        var leafBytes = surgeon.Create(leaf);
        ExtentNode.WriteHeader(leafBytes, 1, capacity, 0);
        ExtentNode.WriteExtent(leafBytes, 0, new BlockRun(0, 100, 1));
        surgeon.SealNode(inode, leafBytes);
        var nodeBytes = surgeon.Create(node);
        ExtentNode.WriteHeader(nodeBytes, capacity, capacity, 1);
        for (var i = 0; i < capacity; i++)
        {
            ExtentNode.WriteIndex(nodeBytes, i, i, kind == 1 ? leaf : node);
        }
        surgeon.SealNode(inode, nodeBytes);
        inode.Flags |= InodeFlags.Extents;
        inode.Map.Clear();
        ExtentNode.WriteHeader(inode.Map, 4, 4, 2);
        for (var i = 0; i < 4; i++)
        {
            ExtentNode.WriteIndex(inode.Map, i, i * 1000, node);
        }
        inode.Size = 5000L * surgeon.BlockSize;
    });

    private static void Chain(ExtSurgeon surgeon, int depth)
    {
        var parent = surgeon.Find("/d/a/b");
        // Inodes that were free are made directories, each in the one before it.
        var above = surgeon.Find("/d/a");
        for (var i = 0; i < depth; i++)
        {
            var number = (uint)(512 - i);
            var made = new ExtInode(number, (byte[])surgeon.Inode(parent).Bytes.Clone());
            surgeon.Volume.WriteInode(made);
            surgeon.WriteDirectory(parent, above, [("x"u8.ToArray(), number, EntryKind.Directory)]);
            (above, parent) = (parent, number);
        }
        surgeon.WriteDirectory(parent, above, []);
    }

    private static void LongLinks(ExtSurgeon surgeon)
    {
        var link = surgeon.Find("/d/link");
        surgeon.Change(link, inode =>
        {
            var size = Math.Min(4095, surgeon.BlockSize - 1);
            var block = surgeon.Take();
            surgeon.Create(block).AsSpan(0, size).Fill((byte)'t');
            surgeon.MapBlocks(inode, [block]);
            inode.Size = size;
            inode.StoredBlocks = 2;
        });
        surgeon.WriteDirectory(surgeon.Find("/victim"), ExtInode.Root, Enumerable.Range(0, 20_000).Select(i => (Encoding.ASCII.GetBytes($"{i:x5}"), link, EntryKind.SymbolicLink)));
    }
}
