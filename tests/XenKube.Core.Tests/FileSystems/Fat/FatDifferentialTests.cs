using System.Globalization;
using XenKube.FileSystems.Fat;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>The same random edits by XenKube and by mtools, each on a volume of its own; the trees have to be the same.</summary>
[Trait("Kind", "Process")]
public sealed class FatDifferentialTests
{
    private static bool IsLong => LongRun.IsAsked;

    [Theory]
    [InlineData(16, 1)]
    [InlineData(32, 2)]
    public void Random_edits_give_the_tree_that_mtools_make(int bits, int seed)
    {
        Tool.Need("mcopy", "mmd", "mdel", "mrd", "mmove");
        using var ours = FatImage.Make(bits, bits == 16 ? 16 << 20 : 36 << 20);
        using var theirs = FatImage.Make(bits, bits == 16 ? 16 << 20 : 36 << 20);
        var random = new Random(seed);
        for (var batch = 0; batch < (IsLong ? 40 : 3); batch++)
        {
            ours.Edit(fat =>
            {
                for (var step = 0; step < 25; step++)
                {
                    Step(fat, theirs, random);
                }
            });
            ours.ShouldBeClean();
            theirs.ShouldBeClean();
            FatTree.ShouldEqual(WithoutCase(theirs.TreeByMtools()), WithoutCase(ours.TreeByMtools()));
            FatTree.ShouldEqual(WithoutCase(theirs.Tree()), WithoutCase(ours.Tree()));
        }
    }

    /// <summary>mmove forgets the NT byte: a lower-case 8.3 name becomes an upper-case one.</summary>
    private static SortedDictionary<string, byte[]?> WithoutCase(SortedDictionary<string, byte[]?> tree) =>
        new(tree.ToDictionary(pair => pair.Key.ToUpperInvariant(), pair => pair.Value), StringComparer.Ordinal);

    private static void Step(FatFileSystem fat, FatImage theirs, Random random)
    {
        var tree = FatTree.Read(fat);
        var files = tree.Where(pair => pair.Value is not null).Select(pair => pair.Key).ToList();
        var directories = tree.Where(pair => pair.Value is null).Select(pair => pair.Key).ToList();
        var parent = directories.Count > 0 && random.Next(3) > 0 ? directories[random.Next(directories.Count)] : "";
        var path = $"{parent}/{Name(random)}";
        switch (random.Next(10))
        {
            case < 4:
                Write(fat, theirs, tree.Keys.Contains(path, StringComparer.OrdinalIgnoreCase) ? files.FirstOrDefault() ?? path + "x" : path, random);
                break;
            case 4 when files.Count > 0:
                Write(fat, theirs, files[random.Next(files.Count)], random);
                break;
            case 5 or 6 when parent.Count(c => c == '/') < 5 && fat.Find(path) is null:
                fat.CreateDirectory(path);
                theirs.Mtool("mmd", "::" + path).ShouldSucceed();
                break;
            case 7 when files.Count > 0:
                var gone = files[random.Next(files.Count)];
                Assert.True(fat.Remove(gone));
                theirs.Mtool("mdel", "::" + gone).ShouldSucceed();
                break;
            case 8 when directories.FirstOrDefault(d => !tree.Keys.Any(key => key.StartsWith(d + "/", StringComparison.Ordinal))) is { } empty:
                Assert.True(fat.Remove(empty));
                theirs.Mtool("mrd", "::" + empty).ShouldSucceed();
                break;
            case 9 when files.Count > 0 && fat.Find(path) is null:
                var moved = files[random.Next(files.Count)];
                fat.Rename(moved, path);
                theirs.Mtool("mmove", "::" + moved, "::" + path).ShouldSucceed();
                break;
        }
    }

    private static void Write(FatFileSystem fat, FatImage theirs, string path, Random random)
    {
        var content = new byte[random.Next(4) == 0 ? 0 : random.Next(30_000)];
        random.NextBytes(content);
        var source = theirs.Folder.Write("source", content);
        fat.WriteFile(path, content);
        theirs.Mtool("mcopy", "-n", "-o", "-D", "o", source, "::" + path).ShouldSucceed();
    }

    private static string Name(Random random)
    {
        var number = random.Next(1000).ToString(CultureInfo.InvariantCulture);
        return random.Next(6) switch
        {
            0 => $"F{number}",
            1 => $"f{number}.cfg",
            2 => $"a longer name {number}.conf",
            3 => $"Mixed{number}.Txt",
            4 => $"{new string('x', random.Next(1, 60))}{number}",
            _ => $"first_boot{number}",
        };
    }
}
