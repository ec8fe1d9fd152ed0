using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public sealed class TextDiffPatchTests
{
    [Theory]
    [InlineData("a\nb\nc\n", "a\nB\nc\n")]
    [InlineData("", "new\n")]
    [InlineData("old\n", "")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n", "1\nx\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n15\n16\n")]
    [InlineData("no end", "no end\n")]
    [InlineData("a\nb\n", "a\nb\nc")]
    [Trait("Kind", "Process")]
    public void Diff_turns_the_old_text_into_the_new_one_by_patch(string old, string now)
    {
        Tool.Need("patch");
        using var directory = new TemporaryDirectory();
        var file = directory.Write("file", old);
        var patch = directory.Write("patch", TextDiff.Unified(old, now, "file", "file"));
        Tool.Run("patch", "--quiet", "--no-backup-if-mismatch", file, patch).ShouldSucceed();
        Assert.Equal(now, File.Exists(file) ? File.ReadAllText(file) : "");
    }

    [Fact]
    public void Same_texts_have_no_diff() => Assert.Equal("", TextDiff.Hunks("a\nb\n", "a\nb\n"));
}
