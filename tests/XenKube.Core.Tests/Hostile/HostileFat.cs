using System.Buffers.Binary;
using System.Text;
using XenKube.FileSystems.Fat;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hostile;

/// <summary>FAT volumes as a hostile guest would leave them.</summary>
internal static class HostileFat
{
    private const int SlotSize = 32;

    /// <summary>Makes a sound FAT16 volume with what a node's EFI system partition has.</summary>
    public static byte[] MakeBase(int size)
    {
        using var directory = new TemporaryDirectory(inMemory: true);
        var path = directory["fat"];
        File.WriteAllBytes(path, new byte[size]);
        Tool.Run("mkfs.vfat", "-F", "16", "-s", "1", "-n", "EFI", path).ShouldSucceed();
        var bytes = File.ReadAllBytes(path);
        using (var files = FatFileSystem.Open(new MemoryDevice(bytes)))
        {
            files.CreateDirectory("/coreos");
            files.WriteFile("/coreos/vmlinuz-a", new byte[40_000]);
            files.CreateDirectory("/boot");
            files.CreateDirectory("/boot/grub");
            files.WriteFile("/boot/grub/menu.lst", "kernel /coreos/vmlinuz-a\n"u8);
            files.CreateDirectory("/d");
            files.WriteFile("/d/small", "small"u8);
            files.WriteFile("/d/a long name of a file", "x"u8);
        }
        return bytes;
    }

    /// <summary>Tricks with names, chains and sizes.</summary>
    public static IEnumerable<(string Name, Action<byte[]> Craft)> Crafts()
    {
        foreach (var (name, raw) in new (string, string)[]
        {
            ("..", "..         "), (".", ".          "), ("a slash", "A/B     TXT"), ("a backslash", "A\\B     TXT"), ("a zero", "A\0B     TXT"),
            ("escape", "\u001b[2J    TXT"), ("a line break", "A\nB     TXT"), ("spaces", "           "), ("the free mark", "\u0005BC     TXT"),
        })
        {
            yield return ($"short name with {name}", volume => Slot(volume, "SMALL      ", slot => Encoding.Latin1.GetBytes(raw).CopyTo(slot)));
        }
        foreach (var (name, text) in new (string, string)[] { ("..", ".."), ("a slash", "../../x"), ("escape", "\u001b]0;owned\u0007"), ("half a pair", "a\ud800b"), ("a line break", "a\nb"), ("bidi", "a\u202eb") })
        {
            yield return ($"long name with {name}", volume => LongName(volume, text));
        }
        foreach (var cluster in new ushort[] { 0, 1, 2, 0xFFF0, 0xFFF7, 0xFFFF })
        {
            yield return ($"file at cluster {cluster}", volume => Slot(volume, "SMALL      ", slot => BinaryPrimitives.WriteUInt16LittleEndian(slot.AsSpan(26), cluster)));
            yield return ($"directory at cluster {cluster}", volume => Slot(volume, "D          ", slot => BinaryPrimitives.WriteUInt16LittleEndian(slot.AsSpan(26), cluster)));
        }
        yield return ("file of 4 GiB", volume => Slot(volume, "SMALL      ", slot => BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(28), uint.MaxValue)));
        yield return ("directory in itself", volume => Slot(volume, "SMALL      ", slot =>
        {
            slot[11] = 0x10;
            BinaryPrimitives.WriteUInt16LittleEndian(slot.AsSpan(26), Cluster(volume, "D          "));
        }));
        yield return ("directory with two names", volume => Slot(volume, "COREOS     ", slot => BinaryPrimitives.WriteUInt16LittleEndian(slot.AsSpan(26), Cluster(volume, "D          "))));
        yield return ("chain in a circle", volume => Fat(volume, Cluster(volume, "VMLINU~1   "), Cluster(volume, "VMLINU~1   ")));
        yield return ("directory's chain in a circle", volume => Fat(volume, Cluster(volume, "D          "), Cluster(volume, "D          ")));
        yield return ("file of 4 GiB whose chain is a circle", volume =>
        {
            Fat(volume, Cluster(volume, "VMLINU~1   "), Cluster(volume, "VMLINU~1   "));
            Slot(volume, "VMLINU~1   ", slot => BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(28), uint.MaxValue));
        });
        yield return ("chain to a free cluster", volume => Fat(volume, Cluster(volume, "VMLINU~1   "), 0));
        yield return ("label in a circle", volume => volume.AsSpan((int)FatBootSector.TryRead(volume)!.RootOffset, 512).Fill(0xE5));
        foreach (var (at, value) in new (int, byte)[] { (0x0B, 0), (0x0D, 0), (0x0D, 128), (0x0E, 0), (0x10, 0), (0x10, 4), (0x10, 255), (0x11, 0xFF), (0x13, 0xFF), (0x16, 0), (0x16, 0xFF), (0x16, 1) })
        {
            yield return ($"boot sector {at:x} = {value:x}", volume => volume[at] = value);
        }
    }

    private static int Find(byte[] volume, string raw)
    {
        var at = volume.AsSpan().IndexOf(Encoding.Latin1.GetBytes(raw));
        Assert.True(at > 0 && at % SlotSize == 0, $"no slot '{raw}'");
        return at;
    }

    private static ushort Cluster(byte[] volume, string raw) => BinaryPrimitives.ReadUInt16LittleEndian(volume.AsSpan(Find(volume, raw) + 26));

    private static void Slot(byte[] volume, string raw, Action<byte[]> change)
    {
        var at = Find(volume, raw);
        var slot = volume.AsSpan(at, SlotSize).ToArray();
        change(slot);
        slot.CopyTo(volume.AsSpan(at));
    }

    private static void Fat(byte[] volume, ushort cluster, ushort next)
    {
        var boot = FatBootSector.TryRead(volume)!;
        for (var copy = 0; copy < boot.FatCount; copy++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(volume.AsSpan((int)boot.FatOffset(copy) + cluster * 2), next);
        }
    }

    // The long name is written over the one that is there, with the checksum of its short name.
    private static void LongName(byte[] volume, string text)
    {
        var at = volume.AsSpan().IndexOf(Encoding.Unicode.GetBytes("a lon")) - 1;
        var checksum = volume[at + 13];
        FatSlot.WritePart(volume.AsSpan(at, SlotSize), text, 0, checksum);
        // The part before it, which held the end of the name, goes.
        volume[at - SlotSize] = FatSlot.FreeMark;
    }
}
