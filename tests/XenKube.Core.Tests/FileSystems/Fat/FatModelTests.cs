using System.IO.Compression;
using System.Security.Cryptography;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Fat;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>
/// Volumes made by mkfs.vfat and mtools (tests/fixtures/fat), edited in memory beside a dictionary that gets the same edits.
/// After each edit a second reader has to find what the dictionary holds, and nothing to complain of.
/// </summary>
public sealed class FatModelTests
{
    private static readonly DateTime Time = new(2017, 12, 14, 9, 29, 42, DateTimeKind.Utc);

    private static byte[] Image(int bits)
    {
        using var file = File.OpenRead(Project.Tests("fixtures", "fat", $"fat{bits}.img.gz"));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static void Edit(byte[] image, Action<FatFileSystem> edit)
    {
        using var fat = FatFileSystem.Open(new MemoryDevice(image));
        edit(fat);
    }

    private static void ShouldHold(byte[] image, SortedDictionary<string, byte[]?> expected)
    {
        FatTree.ShouldEqual(expected, FatWitness.Check(image).Tree);
        Edit(image, fat => FatTree.ShouldEqual(expected, FatTree.Read(fat)));
    }

    [Fact]
    public void Volume_of_mtools_is_read_as_mtools_reads_it()
    {
        Edit(Image(16), fat =>
        {
            var tree = FatTree.Read(fat);
            Assert.Equal(File.ReadAllLines(Project.Tests("fixtures", "fat", "fat16.tree")).Order(StringComparer.Ordinal),
                tree.Select(pair => pair.Value is null ? $"directory - {pair.Key[1..]}" : $"file {Convert.ToHexStringLower(SHA256.HashData(pair.Value))} {pair.Key[1..]}").Order(StringComparer.Ordinal));
            Assert.Equal(("XK TEST", "1234-5678", "fat16", false, true), (fat.Label, fat.Uuid, fat.Kind, fat.IsDirty, fat.CanWrite));
            var pieces = fat.Find("/grub/pieces.txt")!;
            Assert.Equal(("/grub/pieces.txt", FileSystemEntryKind.File, 8893L, Time, 0x124), (pieces.Path, pieces.Kind, pieces.Size, pieces.LastWriteTimeUtc, pieces.Mode));
            Assert.Equal(FileSystemEntryKind.Directory, fat.Find("/coreos")!.Kind);
            Assert.Equal(FileSystemEntryKind.Directory, fat.Find("/")!.Kind);
            Assert.Null(fat.Find("/nothing"));
        });
        Edit(Image(32), fat => Assert.Equal(("XK TEST", "1234-5678", "fat32", 0), (fat.Label, fat.Uuid, fat.Kind, fat.List("/").Count)));
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 2)]
    [InlineData(16, 3)]
    [InlineData(32, 4)]
    [InlineData(32, 5)]
    [InlineData(32, 6)]
    public void Edits_one_after_another_leave_what_they_should(int bits, int seed)
    {
        var image = Image(bits);
        var model = FatWitness.Check(image).Tree;
        var random = new Random(seed);
        for (var i = 0; i < 40; i++)
        {
            Edit(image, fat => EditBoth(fat, model, random, i));
            FatTree.ShouldEqual(model, FatWitness.Check(image).Tree);
        }
        ShouldHold(image, model);
    }

    private static void EditBoth(FatFileSystem fat, SortedDictionary<string, byte[]?> model, Random random, int number)
    {
        var folders = model.Where(pair => pair.Value is null).Select(pair => pair.Key).Prepend("").ToList();
        var folder = folders[random.Next(folders.Count)];
        var files = model.Where(pair => pair.Value is not null).Select(pair => pair.Key).ToList();
        var name = random.Next(4) switch
        {
            0 => $"F{number}.TXT",
            1 => $"f{number}",
            2 => $"{number} a longer name, in {random.Next(60)} {new string('x', random.Next(1, 100))}",
            _ => $"ünï-{number}.config",
        };
        switch (random.Next(8))
        {
            case 0 or 1:
                var made = Bytes(random.Next(3) == 0 ? 512 * random.Next(4) : random.Next(5000), number);
                fat.WriteFile($"{folder}/{name}", made);
                model[$"{folder}/{name}"] = made;
                break;
            case 2 when files.Count > 0:
                var file = files[random.Next(files.Count)];
                var content = Bytes(random.Next(6000), number);
                fat.WriteFile(file, content);
                model[file] = content;
                break;
            case 3 when files.Count > 0:
                var removed = files[random.Next(files.Count)];
                Assert.True(fat.Remove(removed));
                model.Remove(removed);
                break;
            case 4 when files.Count > 0:
                Move(fat, model, files[random.Next(files.Count)], $"{folder}/{name}");
                break;
            case 5 when files.Count > 1:
                var (from, to) = (files[0], files[^1]);
                Move(fat, model, from, to);
                break;
            case 6 when folders.Count > 1:
                var directory = folders[random.Next(1, folders.Count)];
                if (!folder.StartsWith(directory, StringComparison.Ordinal))
                {
                    Move(fat, model, directory, $"{folder}/{name}");
                }
                break;
            default:
                fat.CreateDirectory($"{folder}/{name}");
                model[$"{folder}/{name}"] = null;
                break;
        }
    }

    private static void Move(FatFileSystem fat, SortedDictionary<string, byte[]?> model, string from, string to)
    {
        fat.Rename(from, to);
        foreach (var path in model.Keys.Where(path => path == from || path.StartsWith(from + "/", StringComparison.Ordinal)).ToList())
        {
            var content = model[path];
            model.Remove(path);
            model[to + path[from.Length..]] = content;
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Volume_is_filled_to_the_last_cluster_and_emptied_again(int bits)
    {
        var image = Image(bits);
        var before = FatWitness.Check(image);
        var model = before.Tree;
        Edit(image, fat =>
        {
            var sizes = new Queue<int>([100_000, 5000, 512]);
            for (var i = 0; sizes.TryPeek(out var size); i++)
            {
                try
                {
                    fat.WriteFile($"/F{i}", Bytes(size, i));
                    model[$"/F{i}"] = Bytes(size, i);
                }
                catch (OperationFailedException e) when (e.ErrorId == "FileSystemFull")
                {
                    sizes.Dequeue();
                }
            }
            Assert.Equal("FileSystemFull", Assert.Throws<OperationFailedException>(() => fat.CreateDirectory("/one")).ErrorId);
        });
        var full = FatWitness.Check(image);
        Assert.Equal(0, full.Free);
        FatTree.ShouldEqual(model, full.Tree);
        Edit(image, fat =>
        {
            foreach (var path in model.Keys.Where(path => path.StartsWith("/F", StringComparison.Ordinal)).ToList())
            {
                Assert.True(fat.Remove(path));
                model.Remove(path);
            }
        });
        var empty = FatWitness.Check(image);
        FatTree.ShouldEqual(model, empty.Tree);
        // A root of FAT32 that grew keeps its clusters.
        Assert.InRange(empty.Free, before.Free - (bits == 32 ? 20 : 0), before.Free);
    }

    [Fact]
    public void Root_of_FAT16_has_an_end()
    {
        var image = Image(16);
        Edit(image, fat =>
        {
            var count = 0;
            Assert.Equal("FileSystemFull", Assert.Throws<OperationFailedException>(() =>
            {
                for (; count < 1000; count++)
                {
                    fat.WriteFile($"/X{count}", []);
                }
            }).ErrorId);
            // 512 slots, less the label and the three folders.
            Assert.Equal(508, count);
            Assert.True(fat.Remove("/X100"));
            fat.WriteFile("/Y", []);
        });
        Assert.Equal(508 + 3, FatWitness.Check(image).Tree.Keys.Count(path => path.LastIndexOf('/') == 0));
    }

    [Theory]
    [InlineData("first_boot", "FIRST_~1   ")]
    [InlineData("README", "README     ")]
    [InlineData("readme.TXT", "README  TXT")]
    [InlineData("a+b.c", "A_B~1   C  ")]
    [InlineData("name with spaces.txt", "NAMEWI~1TXT")]
    [InlineData(".hidden", "HIDDEN~1   ")]
    [InlineData("one.two.three", "ONETWO~1THR")]
    [InlineData("12345678.123", "12345678123")]
    [InlineData("123456789.123", "123456~1123")]
    [InlineData("12345678.1234", "123456~1123")]
    public void Short_name_is_the_one_that_Windows_and_mtools_make(string name, string shortName)
    {
        var image = Image(16);
        Edit(image, fat => fat.WriteFile("/" + name, []));
        Assert.Equal(shortName, FatWitness.Check(image).Entries["/" + name].ShortName);
    }

    [Fact]
    public void Short_names_that_are_taken_are_numbered()
    {
        var image = Image(16);
        Edit(image, fat =>
        {
            for (var i = 1; i <= 12; i++)
            {
                fat.WriteFile($"/longname-{i}.text", []);
            }
        });
        var names = FatWitness.Check(image).Entries.Where(pair => pair.Key.StartsWith("/longname", StringComparison.Ordinal)).Select(pair => pair.Value.ShortName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(12, names.Distinct().Count());
        Assert.Contains("LONGNA~1TEX", names);
    }

    [Fact]
    public void Times_and_attributes_are_stored_as_FAT_has_them()
    {
        var image = Image(16);
        Edit(image, fat =>
        {
            fat.WriteFile("/LOCKED", "1"u8, new FileAttributesChange(Mode: 0x124, TimeUtc: new DateTime(2107, 12, 31, 23, 59, 58, DateTimeKind.Utc)));
            fat.WriteFile("/OPEN", "2"u8, new FileAttributesChange(Mode: 0x1A4, TimeUtc: new DateTime(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc)));
            fat.CreateDirectory("/DIR", new FileAttributesChange(TimeUtc: Time));
            Assert.Equal(0x124, fat.Find("/LOCKED")!.Mode & 0x1FF & ~0x49);
            Assert.Equal(new DateTime(2107, 12, 31, 23, 59, 58, DateTimeKind.Utc), fat.Find("/LOCKED")!.LastWriteTimeUtc);
            Assert.Equal(new DateTime(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc), fat.Find("/OPEN")!.LastWriteTimeUtc);
            Assert.Equal(Time, fat.Find("/DIR")!.LastWriteTimeUtc);
        });
        var entries = FatWitness.Check(image).Entries;
        Assert.Equal((0x21, 127 << 9 | 12 << 5 | 31, 23 << 11 | 59 << 5 | 29), (entries["/LOCKED"].Attributes, entries["/LOCKED"].Date, entries["/LOCKED"].Time));
        Assert.Equal((0x20, 1 << 5 | 1, 0), (entries["/OPEN"].Attributes, entries["/OPEN"].Date, entries["/OPEN"].Time));
        Assert.Equal((0x10, 37 << 9 | 12 << 5 | 14, 9 << 11 | 29 << 5 | 21), (entries["/DIR"].Attributes, entries["/DIR"].Date, entries["/DIR"].Time));
    }

    [Fact]
    public void Errors_say_what_is_wrong_and_change_nothing()
    {
        var image = Image(16);
        var before = (byte[])image.Clone();
        Edit(image, fat =>
        {
            Expect<ItemExistsException>("FileExists", () => fat.CreateDirectory("/coreos"));
            Expect<ItemExistsException>("FileExists", () => fat.CreateDirectory("/coreos/OLD.CFG"));
            Expect<ItemExistsException>("FileExists", () => fat.WriteFile("/coreos", "x"u8));
            Expect<ItemExistsException>("FileExists", () => fat.Rename("/coreos/old.cfg", "/GRUB"));
            Expect<ItemNotFoundException>("DirectoryNotFound", () => fat.WriteFile("/no/file", "x"u8));
            Expect<ItemNotFoundException>("DirectoryNotFound", () => fat.List("/coreos/old.cfg"));
            Expect<ItemNotFoundException>("FileNotFound", () => fat.OpenRead("/coreos"));
            Expect<ItemNotFoundException>("FileNotFound", () => fat.Rename("/nothing", "/x"));
            Expect<OperationFailedException>("DirectoryNotEmpty", () => fat.Remove("/coreos"));
            Expect<InvalidInputException>("PathInvalid", () => fat.Remove("/"));
            Expect<InvalidInputException>("PathInvalid", () => fat.Find("coreos"));
            Expect<InvalidInputException>("PathInvalid", () => fat.Rename("/coreos", "/coreos/inside"));
            foreach (var name in new[] { "a:b", "a\\b", "a*", "a?", "a<", "a>", "a|", "a\"", "a\n", "a\0", "a\u007f", "a.", "a ", new string('x', 256) })
            {
                Expect<InvalidInputException>("PathInvalid", () => fat.WriteFile("/" + name, []));
            }
            Assert.Equal("symbolic link", Assert.Throws<UnsupportedFeatureException>(() => fat.CreateSymbolicLink("/a", "b")).Feature);
            Assert.False(fat.Remove("/coreos/nothing"));
        });
        Assert.Equal(before, image);

        static void Expect<T>(string id, Action action)
            where T : XenKubeException
        {
            var error = Assert.Throws<T>(action);
            Assert.Equal(id, error.ErrorId);
            Assert.NotEmpty(error.Reason);
        }
    }

    [Fact]
    public void Stream_reads_any_part_of_a_file()
    {
        var image = Image(16);
        Edit(image, fat =>
        {
            var whole = FatTree.ReadFile(fat, "/GRUB/PIECES.TXT");
            using var stream = fat.OpenRead("/GRUB/PIECES.TXT");
            Assert.Equal((true, true, false, (long)whole.Length), (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.Length));
            foreach (var (start, length) in new[] { (0, 1), (511, 2), (512, 512), (1000, 3000), (whole.Length - 1, 1), (5, 0), (whole.Length, 10), (whole.Length + 5, 1) })
            {
                stream.Position = start;
                var buffer = new byte[length];
                var count = stream.ReadAtLeast(buffer, length, throwOnEndOfStream: false);
                Assert.Equal(whole.AsSpan(Math.Min(start, whole.Length)..Math.Min(start + length, whole.Length)).ToArray(), buffer[..count]);
            }
            Assert.Equal(whole.Length - 3, stream.Seek(-3, SeekOrigin.End));
            Assert.Equal(whole.Length - 2, stream.Seek(1, SeekOrigin.Current));
            Assert.Equal(7, stream.Seek(7, SeekOrigin.Begin));
            Assert.Equal(whole[7], stream.ReadByte());
        });
    }

    [Theory]
    [InlineData(0x0B, 513)]
    [InlineData(0x0D, 0)]
    [InlineData(0x0D, 3)]
    [InlineData(0x0E, 0)]
    [InlineData(0x10, 0)]
    [InlineData(0x10, 9)]
    [InlineData(0x15, 0)]
    [InlineData(0x1FE, 0)]
    public void Boot_sector_that_cannot_be_is_refused(int at, int value)
    {
        var image = Image(16);
        image[at] = (byte)value;
        if (at == 0x0B)
        {
            image[at + 1] = (byte)(value >> 8);
        }
        Assert.ThrowsAny<XenKubeException>(() => Edit(image, fat => FatTree.Read(fat)));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", "1980-01-01T00:00:00Z")]
    [InlineData("1979-12-31T23:59:59Z", "1980-01-01T00:00:00Z")]
    [InlineData("2017-12-14T09:29:43Z", "2017-12-14T09:29:42Z")]
    [InlineData("2108-01-01T00:00:00Z", "2107-12-31T23:59:58Z")]
    public void Time_is_the_nearest_that_FAT_has(string given, string stored)
    {
        var (time, expected) = (DateTimeOffset.Parse(given, null).UtcDateTime, DateTimeOffset.Parse(stored, null).UtcDateTime);
        foreach (var attributes in new[] { new FileAttributesChange(TimeUtc: time), new FileAttributesChange(TimeUtc: time.ToLocalTime()) })
        {
            Edit(Image(16), fat =>
            {
                fat.WriteFile("/FILE", [], attributes);
                Assert.Equal(expected, fat.Find("/FILE")!.LastWriteTimeUtc);
            });
        }
    }

    [Fact]
    public void Volume_that_ends_too_early_is_refused()
    {
        Assert.Contains("too short", Assert.Throws<CorruptImageException>(() => Edit(new byte[100], _ => { })).Message, StringComparison.Ordinal);
        Assert.Contains("beyond the end", Assert.Throws<CorruptImageException>(() => Edit(Image(16)[..1_000_000], _ => { })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x28, 0x85, "active FAT 5")]
    [InlineData(0x2C, 1, "cluster 1")]
    public void Boot_sector_of_FAT32_that_names_what_does_not_exist_is_refused(int at, byte value, string reason)
    {
        var image = Image(32);
        image[at] = value;
        Assert.Contains(reason, Assert.Throws<CorruptImageException>(() => Edit(image, fat => FatTree.Read(fat))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("outside", "does not exist")]
    [InlineData("end", "ends after")]
    public void Chain_that_is_damaged_is_named_when_its_file_is_read(string damage, string reason)
    {
        var image = Image(16);
        var fat = BitConverter.ToUInt16(image, 0x0E) * 512;
        for (ushort cluster = 2; cluster < 4000; cluster++)
        {
            var next = BitConverter.ToUInt16(image, fat + cluster * 2);
            if (next is > 0 and < 0xFFF0)
            {
                BitConverter.TryWriteBytes(image.AsSpan(fat + cluster * 2), damage switch { "outside" => (ushort)60_000, _ => (ushort)0xFFFF });
            }
        }
        var error = Assert.Throws<CorruptImageException>(() => Edit(image, volume => FatTree.ReadFile(volume, "/GRUB/PIECES.TXT")));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("PIECES", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dirty_volume_stays_dirty()
    {
        foreach (var (bits, at) in new[] { (16, 0x25), (32, 0x41) })
        {
            var image = Image(bits);
            image[at] |= 1;
            Edit(image, fat =>
            {
                Assert.True(fat.IsDirty);
                fat.WriteFile("/FILE", "content"u8);
            });
            Assert.Equal(1, image[at] & 1);
        }
    }
}
