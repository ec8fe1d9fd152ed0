using System.Text;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public class TextDiffTests
{
    private static string Text(Random random, int lines) => string.Concat(Enumerable.Range(0, lines).Select(_ => $"line {random.Next(12)}\n"));

    [Fact]
    [Trait("Kind", "Process")]
    public void Unified_is_what_patch_needs_to_make_the_new_text()
    {
        Tool.Need("patch");
        var random = new Random(7);
        using var folder = new TemporaryDirectory();
        for (var round = 0; round < 60; round++)
        {
            var before = Text(random, random.Next(30));
            var lines = before.Split('\n').ToList();
            for (var edit = 0; edit < random.Next(1, 6); edit++)
            {
                var at = random.Next(lines.Count);
                if (random.Next(3) == 0)
                {
                    lines.RemoveAt(at);
                    if (lines.Count == 0)
                    {
                        lines.Add("");
                    }
                }
                else
                {
                    lines.Insert(at, $"new {random.Next(5)}");
                }
            }
            var after = string.Join('\n', lines);
            var diff = TextDiff.Unified(before, after, "a", "b");
            if (before == after)
            {
                Assert.Empty(diff);
                continue;
            }
            var file = folder.Write("file", before);
            Tool.Run("patch", ["-s", "-u", "--posix", file], Encoding.UTF8.GetBytes(diff)).ShouldSucceed();
            Assert.Equal(after, File.Exists(file) ? File.ReadAllText(file) : "");
        }
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Unified_is_as_diff_prints_it()
    {
        Tool.Need("diff");
        using var folder = new TemporaryDirectory();
        string[] bases = ["a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\n", "x\n", ""];
        (string, string)[] pairs = [(bases[0], bases[0].Replace("h\n", "H\n", StringComparison.Ordinal)), (bases[0], bases[0].Replace("b\n", "B\n", StringComparison.Ordinal).Replace("n\n", "", StringComparison.Ordinal)), (bases[0], bases[0] + "end"), (bases[2], bases[1]), (bases[1], bases[2]), ("a\nb", "a\nc"), (bases[0], "first\n" + bases[0])];
        foreach (var (before, after) in pairs)
        {
            var expected = Tool.Run("diff", "-u", "--label", "a", "--label", "b", folder.Write("a", before), folder.Write("b", after)).Output;
            Assert.Equal(expected, TextDiff.Unified(before, after, "a", "b"));
        }
    }

    [Fact]
    public void Large_texts_without_anything_in_common_come_to_an_end()
    {
        var (a, b) = (string.Concat(Enumerable.Range(0, 5000).Select(i => $"a{i}\n")), string.Concat(Enumerable.Range(0, 5000).Select(i => $"b{i}\n")));
        Assert.Contains("@@ -1,5000 +1,5000 @@", TextDiff.Unified(a, b, "a", "b"), StringComparison.Ordinal);
    }
}
