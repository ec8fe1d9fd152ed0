using System.Globalization;
using System.Text;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Editing;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// Power is lost at every moment of every edit. Each state the disk can be in is given to e2fsck, which may replay the
/// journal and must find nothing else to do; after that the file system holds the old content or the new.
/// XENKUBE_LONG=1 tries some ten times as many states, and has e2fsck -fn and debugfs look at each of them.
/// </summary>
[Trait("Kind", "Crash")]
public class ExtCrashTests(ITestOutputHelper output)
{
    internal static readonly bool IsLong = LongRun.IsAsked;

    // What e2fsck says when it has nothing to complain of.
    private static readonly string[] Harmless =
        ["e2fsck 1.", "recovering journal", "Pass 1:", "Pass 2:", "Pass 3:", "Pass 4:", "Pass 5:", "FILE SYSTEM WAS MODIFIED", " files (", "Setting free "];

    private static readonly string LongName = new('n', 245);

    private static readonly string[] Journaled =
    [
        "-t ext4 -b 1024 -N 64 -J size=1",
        "-t ext4 -b 1024 -N 64 -J size=1 -O ^metadata_csum,^64bit -I 128",
        "-t ext4 -b 1024 -N 64 -J size=1 -O ^metadata_csum,uninit_bg,^flex_bg -g 1024",
        "-t ext3 -b 1024 -N 64 -J size=1 -I 128",
        "-t ext4 -b 1024 -N 64 -J size=1 -O inline_data,metadata_csum_seed,orphan_file",
        "-t ext4 -b 4096 -N 64",
    ];

    private static readonly string[] Plain =
    [
        "-t ext2 -b 1024 -N 64 -I 128",
        "-t ext2 -b 1024 -N 64 -I 256 -g 1024",
        "-t ext4 -b 1024 -N 64 -O ^has_journal",
        "-t ext4 -b 1024 -N 64 -O ^has_journal,^metadata_csum,uninit_bg -g 512",
    ];

    [Fact]
    public void An_edit_cut_off_at_any_moment_leaves_the_old_or_the_new()
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs", "sh");
        var total = new Counter();
        Parallel.ForEach(Journaled, new ParallelOptions { MaxDegreeOfParallelism = 2 }, options => Try(options, hasJournal: true, total));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"with a journal: {total.Tried} crash states tried ({total.Distinct} of different content), 0 lost, after {total.Edits} edits on {Journaled.Length} kinds of file system"));
        Assert.True(total.Tried >= 10_000, $"only {total.Tried} states");
    }

    [Fact]
    public void Without_a_journal_a_torn_edit_is_repaired_to_the_old_or_the_new()
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs", "sh");
        var total = new Counter();
        Parallel.ForEach(Plain, new ParallelOptions { MaxDegreeOfParallelism = 2 }, options => Try(options, hasJournal: false, total));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"without a journal: {total.Tried} crash states tried ({total.Distinct} of different content), 0 lost, after {total.Edits} edits on {Plain.Length} kinds of file system"));
        Assert.True(total.Tried >= 1_000, $"only {total.Tried} states");
    }

    [Fact]
    public void A_writer_that_forgets_its_flushes_is_found_out()
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs", "sh");
        // The proof that this test can fail: the same writes with the flushes taken away.
        var found = Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Try(Journaled[0], hasJournal: true, new Counter(), keepFlushes: false));
        Assert.Contains("neither old nor new", found.Message, StringComparison.Ordinal);
    }

    private static void Try(string options, bool hasJournal, Counter total, bool keepFlushes = true)
    {
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/etc/machine-id", "0123456789abcdef\n");
        directory.Write("tree/grub.cfg", "# as it was\n");
        directory.Write("tree/big", ExtImages.Pattern(20_000, 3));
        directory.Write("tree/dir/sub/file", "file\n");
        for (var i = 0; i < 3; i++)
        {
            // No fourth name of that length goes into a block of 1024 bytes.
            directory.Write($"tree/full/{i}{LongName}", "");
        }
        for (var i = 0; i < 10; i++)
        {
            directory.Write($"tree/indexed/{i}{LongName}", "");
        }
        var size = options.Contains("4096", StringComparison.Ordinal) ? 8 << 20 : 3 << 20;
        ExtImages.Make(directory["image"], size, [.. options.Split(' '), "-d", directory["tree"]]);
        Tool.Run("e2fsck", "-fyD", directory["image"]);
        var image = File.ReadAllBytes(directory["image"]);
        using (var made = ExtFileSystem.Open(new MemoryDevice(image)))
        {
            Assert.Equal(hasJournal, made.Features.Contains("has_journal"));
        }
        var number = 0;
        foreach (var (what, edit) in Edits(hasJournal))
        {
            var device = new RecordingDevice(image);
            using (var fileSystem = ExtFileSystem.Open(device, new ExtOpenOptions(Clock: new FixedClock(++number))))
            {
                edit(fileSystem);
            }
            var states = new CrashStates(image, keepFlushes ? device.Events : [.. device.Events.Where(e => !e.IsFlush)], number,
                randomSubsets: IsLong ? 200 : 12, tornWrites: IsLong ? 200 : 12);
            var allowed = new List<string> { Tree(image, hasJournal), Tree(device.Current, hasJournal) };
            if (!hasJournal && what.StartsWith("rename", StringComparison.Ordinal))
            {
                // Without a journal a rename is two steps: for a moment the file has both names.
                // The file it replaces may have to be fetched out of lost+found, where it does no harm.
                allowed.AddRange(Between(image, device.Events, hasJournal));
            }
            Judge(directory, $"{options}: {what}", states, allowed, hasJournal);
            image = device.Current;
            total.Add(states);
        }
    }

    private static (string What, Action<ExtFileSystem> Edit)[] Edits(bool hasJournal) =>
    [
        ("replace grub.cfg", fs => fs.WriteFile("/grub.cfg", "set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"\n"u8)),
        ("remove machine-id", fs => fs.Remove("/etc/machine-id")),
        ("create a file", fs => fs.WriteFile("/first_boot", "new"u8)),
        ("create a directory", fs => fs.CreateDirectory("/coreos")),
        ("replace a larger file", fs => fs.WriteFile("/big", ExtImages.Pattern(30_000, 5))),
        ("create a link", fs => fs.CreateSymbolicLink("/coreos/link", new string('a', 100))),
        ("append", fs => Change(fs, edit => edit.AppendFile("/big", "more"u8))),
        ("truncate", fs => Change(fs, edit => edit.Truncate("/big", 5_000))),
        ("rename", fs => fs.Rename("/first_boot", "/coreos/first_boot")),
        ("rename over a file", fs => fs.Rename("/coreos/first_boot", "/big")),
        .. hasJournal ? [
            ("rename a directory", (Action<ExtFileSystem>)(fs => fs.Rename("/dir/sub", "/coreos/moved"))),
            ("several changes", fs => Change(fs, edit =>
            {
                edit.WriteFile("/grub.cfg", ExtImages.Pattern(3_000, 6));
                edit.Remove("/coreos/link");
                edit.CreateDirectory("/a");
                for (var i = 0; i < 12; i++)
                {
                    edit.WriteFile($"/a/{i}-{new string('n', 100)}", "x"u8);
                }
            })),
            ("copy a tree", CopyTree),
        ] : Array.Empty<(string, Action<ExtFileSystem>)>(),
        ("mode and owner", fs => Change(fs, edit => edit.SetAttributes("/big", new FileAttributesChange(0x1C0, 5, 6)))),
        ("create a file with holes", fs => fs.WriteFile("/holes", new SparseContent(60_000, (9_000, 3), (40_000, 12_000)))),
        ("replace a file by one with holes", fs => fs.WriteFile("/big", new SparseContent(50_000, (0, 30_000), (49_000, 1_000)))),
        ("replace a file with holes", fs => fs.WriteFile("/holes", new SparseContent(30_000, (100, 5_000), (29_000, 1_000)), new FileAttributesChange(0x180, 500, 500))),
        ("second name of a file", fs => fs.CreateHardLink("/coreos-big", "/big")),
        ("attributes in a block", fs => fs.SetAttributes("/big", Attributes(700))),
        ("attributes in the inode", fs => fs.SetAttributes("/big", Attributes(10))),
        ("create in a full directory", fs => fs.WriteFile($"/full/new{LongName}", "x"u8)),
        ("create a directory in a full index", fs => fs.CreateDirectory($"/indexed/new{LongName}")),
        ("create in a full index", fs => fs.WriteFile($"/indexed/another{LongName}", "x"u8)),
        ("create an empty directory", fs => fs.CreateDirectory("/gone")),
        ("remove a directory", fs => fs.Remove("/gone")),
    ];

    private static FileAttributesChange Attributes(int length) =>
        new() { ExtendedAttributes = new Dictionary<string, byte[]> { ["user.note"] = ExtImages.Pattern(length, 9), ["security.selinux"] = "unlabeled"u8.ToArray() } };

    private static void CopyTree(ExtFileSystem fs)
    {
        using var batch = fs.BeginBatch();
        fs.CreateDirectory("/t", new FileAttributesChange(0x1C0, 500, 500));
        for (var i = 0; i < 5; i++)
        {
            fs.WriteFile($"/t/{i}{new string('f', 60)}", new MemoryStream(ExtImages.Pattern(i * 2_700, i)));
            Assert.Throws<ItemExistsException>(() => fs.CreateDirectory("/t"));
        }
        fs.WriteFile("/t/holes", new SparseContent(20_000, (5_000, 100)));
        fs.CreateSymbolicLink("/t/link", "../big");
        fs.CreateHardLink("/t/second", "/t/holes");
        fs.Remove("/t/3" + new string('f', 60));
        fs.SetAttributes("/t", new FileAttributesChange { TimeUtc = DateTime.UnixEpoch });
        batch.Commit();
    }

    private static void Change(ExtFileSystem fileSystem, Action<ExtEdit> change)
    {
        using var edit = fileSystem.BeginEdit();
        change(edit);
        edit.Commit();
    }

    internal static void Judge(TemporaryDirectory directory, string what, CrashStates states, List<string> allowed, bool hasJournal)
    {
        const int batchSize = 64;
        var batch = new List<(string Name, SparseImage Image)>();
        foreach (var state in states.All())
        {
            if (hasJournal)
            {
                // Our own replay, in memory, has to see what e2fsck's will see.
                Assert.True(allowed.Contains(Tree(state.Image, hasJournal)), $"{what}: {state.Name}: read without repair, it is neither old nor new");
            }
            batch.Add(state);
            if (batch.Count == batchSize)
            {
                JudgeBatch(directory, what, batch, allowed, hasJournal);
                batch.Clear();
            }
        }
        JudgeBatch(directory, what, batch, allowed, hasJournal);
    }

    private static void JudgeBatch(TemporaryDirectory directory, string what, List<(string Name, SparseImage Image)> batch, List<string> allowed, bool hasJournal)
    {
        if (batch.Count == 0)
        {
            return;
        }
        var folder = Directory.CreateDirectory(directory["batch"]).FullName;
        var second = IsLong || !hasJournal ? 1 : 8;
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Image.Save(Path.Combine(folder, Text(i)));
        }
        // One shell for all: starting it costs more than e2fsck does.
        Tool.Run("sh", "-c", """
            cd "$1"
            i=0
            while [ $i -lt $2 ]; do
                e2fsck -fy $i > $i.fy 2>&1; echo "exit $?" >> $i.fy
                if [ $((i % $3)) -eq 0 ]; then
                    e2fsck -fn $i > $i.fn 2>&1; echo "exit $?" >> $i.fn
                    debugfs -R 'cat /grub.cfg' $i > $i.cat 2> /dev/null
                fi
                i=$((i + 1))
            done
            """, "sh", folder, Text(batch.Count), Text(second)).ShouldSucceed();
        for (var i = 0; i < batch.Count; i++)
        {
            var path = Path.Combine(folder, Text(i));
            var name = $"{what}: {batch[i].Name}";
            var said = File.ReadAllText(path + ".fy");
            if (hasJournal)
            {
                var complaints = said.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("exit ", StringComparison.Ordinal)
                    && !Harmless.Any(word => line.Contains(word, StringComparison.Ordinal))).ToList();
                Assert.True(complaints.Count == 0, $"{name}: e2fsck had more to do than to replay the journal: {said}");
            }
            Assert.True(said.Contains("exit 0\n", StringComparison.Ordinal) || said.Contains("exit 1\n", StringComparison.Ordinal), $"{name}: {said}");
            using var repaired = FileDevice.Open(path, writable: false);
            var tree = Tree(repaired, hasJournal, strict: hasJournal || !what.Contains("rename over", StringComparison.Ordinal));
            Assert.True(allowed.Contains(tree), $"{name}: neither old nor new, but{Environment.NewLine}{tree}{Environment.NewLine}where allowed is{Environment.NewLine}{string.Join(Environment.NewLine + "or" + Environment.NewLine, allowed)}{Environment.NewLine}{said}");
            if (File.Exists(path + ".fn"))
            {
                // debugfs prints all 60 bytes of a file that is stored in its inode.
                var again = File.ReadAllText(path + ".fn");
                Assert.True(again.Contains("exit 0\n", StringComparison.Ordinal), $"{name}: after the repair: {again}");
                Assert.Contains(Convert.ToHexString(File.ReadAllBytes(path + ".cat").AsSpan().TrimEnd((byte)0)), allowed.Select(text => text.Split('\n')[0]));
            }
        }
        Directory.Delete(folder, recursive: true);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // The states between the steps of an edit that is more than one.
    private static IEnumerable<string> Between(byte[] initial, List<RecordedWrite> events, bool hasJournal)
    {
        var image = (byte[])initial.Clone();
        foreach (var e in events)
        {
            if (!e.IsFlush)
            {
                e.Bytes.CopyTo(image.AsSpan((int)e.Offset));
                continue;
            }
            string tree;
            try
            {
                tree = Tree(image, hasJournal);
            }
            catch (CorruptImageException)
            {
                // A checksum that is still to come.
                continue;
            }
            yield return tree;
        }
    }

    // Everything a file system holds, as text; its first line is the content of grub.cfg.
    internal static string Tree(byte[] image, bool withTimes) => Tree(SparseImage.Of(image), withTimes);

    internal static string Tree(BlockDevice device, bool withTimes, bool strict = true)
    {
        using var fileSystem = ExtFileSystem.Open(device, new ExtOpenOptions(ReadOnly: true));
        var text = new StringBuilder(Convert.ToHexString(ExtReadTests.ReadAll(fileSystem, "/grub.cfg"))).Append('\n');
        Add("/");
        return text.ToString();

        void Add(string path)
        {
            foreach (var entry in fileSystem.List(path).Where(entry => !entry.Path.StartsWith("/lost+found/", StringComparison.Ordinal) || strict))
            {
                // Without a journal a directory may have grown by a block that holds nothing.
                var size = entry.Kind == FileSystemEntryKind.Directory && !withTimes ? 0 : entry.Size;
                text.Append(CultureInfo.InvariantCulture, $"{entry.Path} {entry.Kind} {size} {entry.Mode:x} {entry.UserId} {entry.GroupId} {entry.LinkTarget}");
                if (withTimes)
                {
                    text.Append(CultureInfo.InvariantCulture, $" {entry.LastWriteTimeUtc:O}");
                }
                if (entry.Kind == FileSystemEntryKind.File)
                {
                    text.Append(' ').Append(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(ExtReadTests.ReadAll(fileSystem, entry.Path))));
                }
                text.Append('\n');
                if (entry.Kind == FileSystemEntryKind.Directory)
                {
                    Add(entry.Path);
                }
            }
        }
    }

    private sealed class FixedClock(int number) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(number);
    }

    private sealed class Counter
    {
        private int _tried;
        private int _distinct;
        private int _edits;

        public int Tried => _tried;

        public int Distinct => _distinct;

        public int Edits => _edits;

        public void Add(CrashStates states)
        {
            Interlocked.Add(ref _tried, states.Tried);
            Interlocked.Add(ref _distinct, states.Distinct);
            Interlocked.Increment(ref _edits);
        }
    }
}
