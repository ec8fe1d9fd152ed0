using System.Globalization;
using System.Text.RegularExpressions;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Fat;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>
/// Every state that a crash can leave of an edit: docs/promise.md says what that may be, fsck.fat says what it is.
/// </summary>
[Trait("Kind", "Crash")]
public sealed partial class FatCrashTests(ITestOutputHelper output)
{
    private const string Several = "several files of directories that are there";
    private const string Scattered = "create in freed slots of two sectors";
    private static readonly byte[] Old = [.. Enumerable.Range(0, 3000).Select(i => (byte)i)];
    private static readonly byte[] New = [.. Enumerable.Range(0, 4100).Select(i => (byte)(i * 3 + 1))];

    /// <summary>What fsck.fat may find after a crash: unused clusters, copies of the FAT that differ, a wrong count, the dirty bit.</summary>
    [GeneratedRegex(
        """
        ^\s*(fsck\.fat\ 4.*|/.*:\ \d+\ files,\ \d+/\d+\ clusters|Leaving\ filesystem\ unchanged\.|
        Dirty\ bit\ is\ set\..*|Automatically\ removing\ dirty\ bit\.|
        There\ are\ differences\ between\ boot\ sector\ and\ its\ backup\.|This\ is\ mostly\ harmless\..*|65:01/00|Not\ automatically\ fixing\ this\.|
        Reclaimed\ \d+\ unused\ clusters?\ .*|FATs\ differ\ but\ appear\ to\ be\ intact\.|Using\ first\ FAT\.|
        Free\ cluster\ summary\ wrong\ .*|Auto-correcting\.|
        Warning:\ Filesystem\ is\ FAT32\ according\ .*|but\ has\ only\ .*|This\ may\ lead\ to\ .*)?$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Harmless();

    [GeneratedRegex(@"^Orphaned long file name part "".*""$|^  Auto-deleting\.$")]
    private static partial Regex OrphanedName();

    /// <summary>The edits, each on a volume that <see cref="Prepare"/> made.</summary>
    private static readonly Dictionary<string, Action<FatFileSystem>> Edits = new()
    {
        ["create empty"] = fat => fat.WriteFile("/coreos/first_boot", []),
        ["create small"] = fat => fat.WriteFile("/coreos/small.cfg", "set linux_append=\"\"\n"u8),
        ["create large"] = fat => fat.WriteFile("/coreos/a large file", New),
        ["create in full directory"] = fat => fat.WriteFile("/full/one more file", New),
        ["create longest name"] = fat => fat.WriteFile("/coreos/" + new string('n', 250), New),
        ["create longest name in full directory"] = fat => fat.WriteFile("/full/" + new string('n', 250), New),
        ["create across end and growth"] = fat => fat.WriteFile("/nearly/" + new string('n', 60), New),
        [Scattered] = fat => fat.WriteFile(fat.Kind == "fat16" ? "/two slots lo" : "/full/two slots lo", []),
        ["replace"] = fat => fat.WriteFile("/coreos/old.cfg", New),
        ["replace by the same length"] = fat => fat.WriteFile("/coreos/old.cfg", New.AsSpan(0, Old.Length)),
        ["replace by nothing"] = fat => fat.WriteFile("/coreos/old.cfg", []),
        ["replace nothing"] = fat => fat.WriteFile("/coreos/empty", New),
        ["remove"] = fat => fat.Remove("/coreos/old.cfg"),
        ["remove empty"] = fat => fat.Remove("/coreos/empty"),
        ["remove name in two sectors"] = fat => fat.Remove("/coreos/" + new string('w', 240)),
        ["make directory"] = fat => fat.CreateDirectory("/coreos/new directory"),
        ["make directory in full directory"] = fat => fat.CreateDirectory("/full/new directory"),
        ["remove directory"] = fat => fat.Remove("/coreos/empty directory"),
        ["rename within sector"] = fat => fat.Rename("/coreos/old.cfg", "/coreos/grub.cfg"),
        ["rename directory within sector"] = fat => fat.Rename("/coreos/empty directory", "/coreos/EMPTIED"),
        ["move"] = fat => fat.Rename("/coreos/old.cfg", "/full/moved here.cfg"),
        ["move empty"] = fat => fat.Rename("/coreos/empty", "/moved"),
        ["move over"] = fat => fat.Rename("/coreos/old.cfg", "/full/F3"),
        ["copy a tree"] = fat => Batch(fat, () =>
        {
            fat.CreateDirectory("/tree");
            for (var i = 0; i < 30; i++)
            {
                fat.WriteFile($"/tree/a file with a long name {i}", New.AsSpan(0, i * 100));
            }
            fat.CreateDirectory("/tree/below");
            fat.WriteFile("/tree/below/f", new MemoryStream(New));
            fat.WriteFile("/tree/a file with a long name 1", Old);
        }),
        [Several] = fat => Batch(fat, () =>
        {
            fat.WriteFile("/coreos/old.cfg", New);
            fat.WriteFile("/full/one more", New);
            fat.WriteFile("/coreos/pipe", new PipeContent(new MemoryStream(Old)));
        }),
        ["copy a tree beside a removal"] = fat => Batch(fat, () => fat.Remove("/coreos/old.cfg")),
        ["set the mode"] = fat => fat.SetAttributes("/coreos/old.cfg", new FileAttributesChange(0x124)),
        ["rename over"] = fat => fat.Rename("/coreos/old.cfg", "/coreos/empty"),
    };

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Crash_at_any_moment_leaves_old_or_new_and_at_worst_unused_clusters(int bits)
    {
        Tool.Need("fsck.fat");
        var total = 0;
        foreach (var edit in Edits.Keys)
        {
            var (tried, different) = CrashEverywhere(edit, bits);
            output.WriteLine($"FAT{bits}, {edit}: {tried} states tried, {different} different, none lost");
            total += tried;
        }
        output.WriteLine($"FAT{bits}: {Edits.Count} edits, {total} states tried, none lost");
        Assert.True(total > 2500, $"only {total} states");
    }

    private static void Batch(FatFileSystem fat, Action changes)
    {
        using var batch = fat.BeginBatch();
        changes();
        batch.Commit();
    }

    private static (int Tried, int Different) CrashEverywhere(string edit, int bits)
    {
        using var image = FatImage.Make(bits, bits == 16 ? 2200 << 10 : 600 << 10, 1);
        image.Edit(Prepare);
        if (edit == Scattered)
        {
            PrepareScattered(image, bits);
        }
        var device = new RecordingDevice(File.ReadAllBytes(image.Path));
        var allowed = new List<SortedDictionary<string, byte[]?>> { Tree(device.Current) };
        using (var fat = FatFileSystem.Open(device))
        {
            Edits[edit](fat);
        }
        allowed.Add(Tree(device.Current));
        if (edit.StartsWith("move", StringComparison.Ordinal) || edit == "rename over")
        {
            // For a moment the file has both names, each with content of its own.
            var both = new SortedDictionary<string, byte[]?>(allowed[1], StringComparer.Ordinal);
            var source = allowed[0].Keys.Except(allowed[1].Keys).Single();
            both[source] = allowed[0][source];
            allowed.Add(both);
        }
        if (edit == Several)
        {
            // Each of them by itself is as it was or as it is to be.
            string[] names = ["/coreos/old.cfg", "/full/one more", "/coreos/pipe"];
            allowed.AddRange(Enumerable.Range(1, 6).Select(choice =>
            {
                var mixed = new SortedDictionary<string, byte[]?>(allowed[0], StringComparer.Ordinal);
                foreach (var name in names.Where((_, i) => (choice >> i & 1) != 0))
                {
                    mixed[name] = allowed[1][name];
                }
                return mixed;
            }).ToList());
        }
        var states = new CrashStates(device.Initial, device.Events, seed: 7, randomSubsets: 16, tornWrites: 16);
        Judge(edit, states, allowed);
        Assert.True(states.Distinct >= 2, "no states");
        return (states.Tried, states.Distinct);
    }

    internal static void Judge(string edit, CrashStates states, List<SortedDictionary<string, byte[]?>> allowed)
    {
        const int batchSize = 64;
        using var directory = new TemporaryDirectory(inMemory: true);
        foreach (var batch in states.All().Chunk(batchSize))
        {
            JudgeBatch(edit, batch, allowed, Directory.CreateDirectory(directory["batch"]).FullName);
            Directory.Delete(directory["batch"], recursive: true);
        }
    }

    private static void JudgeBatch(string edit, (string Name, SparseImage Image)[] batch, List<SortedDictionary<string, byte[]?>> allowed, string folder)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i].Image.Save(StateFile(folder, i));
        }
        // One shell for all: starting a program from here costs more than fsck.fat does.
        Tool.Run("sh", "-c", """
            cd "$1"
            i=0
            while [ $i -lt $2 ]; do
                if ! fsck.fat -n "$1/$i" > $i.found 2>&1; then
                    fsck.fat -a "$1/$i" > /dev/null 2>&1
                    fsck.fat -n "$1/$i" > $i.repaired 2>&1; echo "exit $?" >> $i.repaired
                fi
                i=$((i + 1))
            done
            """, "sh", folder, batch.Length.ToString(CultureInfo.InvariantCulture)).ShouldSucceed();
        for (var i = 0; i < batch.Length; i++)
        {
            JudgeState(edit, batch[i].Name, batch[i].Image, allowed, StateFile(folder, i));
        }
    }

    private static void JudgeState(string edit, string name, SparseImage state, List<SortedDictionary<string, byte[]?>> allowed, string file)
    {
        var tree = Tree(state);
        Assert.True(allowed.Any(one => IsSame(one, tree)), $"{edit}, {name}: neither the old nor the new tree: {string.Join(' ', tree.Keys)}");
        if (!File.Exists(file + ".repaired"))
        {
            return;
        }
        var found = File.ReadAllText(file + ".found");
        foreach (var line in found.Split('\n'))
        {
            var isNameLeft = (edit is Scattered or "remove name in two sectors" or "create longest name") && OrphanedName().IsMatch(line);
            Assert.True(Harmless().IsMatch(line) || isNameLeft, $"{edit}, {name}: fsck.fat finds '{line}' in\n{found}");
        }
        var repaired = File.ReadAllText(file + ".repaired");
        Assert.True(repaired.EndsWith("exit 0\n", StringComparison.Ordinal), $"{edit}, {name}: not clean after fsck.fat -a: {repaired}");
        using var device = FileDevice.Open(file, writable: false);
        Assert.True(IsSame(tree, WithoutSalvage(Tree(device))), $"{edit}, {name}: fsck.fat -a changed the tree");
    }

    private static string StateFile(string folder, int number) => Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture));

    private static void Prepare(FatFileSystem fat)
    {
        fat.CreateDirectory("/coreos");
        fat.WriteFile("/coreos/old.cfg", Old);
        fat.WriteFile("/coreos/empty", []);
        fat.CreateDirectory("/coreos/empty directory");
        fat.WriteFile("/coreos/" + new string('w', 240), Old);
        fat.CreateDirectory("/full");
        for (var i = 0; i < 14; i++)
        {
            fat.WriteFile($"/full/F{i}", i < 5 ? Old.AsSpan(0, 600) : []);
        }
        fat.CreateDirectory("/nearly");
        for (var i = 0; i < 12; i++)
        {
            fat.WriteFile($"/nearly/F{i}", []);
        }
    }

    /// <summary>A root directory (or a disk) without room but for two slots on the two sides of a sector's edge.</summary>
    private static void PrepareScattered(FatImage image, int bits)
    {
        image.Edit(fat => FillWhereNamesGo(fat, bits));
        string[] names;
        using (var device = FileDevice.Open(image.Path, writable: false))
        {
            var volume = FatVolume.Open(device);
            string[] full = ["full"];
            var directory = bits == 16 ? volume.Load(0) : volume.FindDirectory(full, 1)!;
            names = [.. directory.Entries.Where(entry => entry.Slot is 15 or 16).Select(entry => (bits == 16 ? "/" : "/full/") + entry.Name)];
        }
        Assert.True(names.Length == 2, string.Join(' ', names));
        image.Edit(fat => Array.ForEach(names, name => fat.Remove(name)));
    }

    private static void FillWhereNamesGo(FatFileSystem fat, int bits)
    {
        if (bits == 16)
        {
            FillDirectory(fat, "/");
            return;
        }
        FillDirectory(fat, "/full", limit: 48);
        FillVolume(fat);
    }

    private static void FillDirectory(FatFileSystem fat, string path, int limit = 100_000)
    {
        for (var i = 0; i < limit; i++)
        {
            try
            {
                fat.WriteFile($"{path}/X{i}".Replace("//", "/", StringComparison.Ordinal), []);
            }
            catch (OperationFailedException)
            {
                return;
            }
        }
    }

    private static void FillVolume(FatFileSystem fat)
    {
        foreach (var size in new[] { 100_000, 512 })
        {
            for (var i = 0; ; i++)
            {
                try
                {
                    fat.WriteFile($"/S{size / 1000}-{i}", new byte[size]);
                }
                catch (OperationFailedException)
                {
                    break;
                }
            }
        }
    }

    internal static SortedDictionary<string, byte[]?> Tree(byte[] image) => Tree(new MemoryDevice(image));

    private static SortedDictionary<string, byte[]?> Tree(BlockDevice device)
    {
        using var fat = FatFileSystem.Open(device);
        return FatTree.Read(fat);
    }

    /// <summary>fsck.fat -a makes files of unused chains.</summary>
    private static SortedDictionary<string, byte[]?> WithoutSalvage(SortedDictionary<string, byte[]?> tree)
    {
        foreach (var path in tree.Keys.Where(path => path.StartsWith("/FSCK", StringComparison.Ordinal) && path.EndsWith(".REC", StringComparison.Ordinal)).ToList())
        {
            tree.Remove(path);
        }
        return tree;
    }

    private static bool IsSame(SortedDictionary<string, byte[]?> a, SortedDictionary<string, byte[]?> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && (pair.Value is null ? other is null : other is not null && pair.Value.AsSpan().SequenceEqual(other)));
}
