using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Merges of two changes, beside diff3 where it is installed.</summary>
public sealed class TextMergeTests
{
    private static string Text(string letters) => string.Concat(letters.Select(letter => $"{letter}\n"));

    [Theory]
    [InlineData("abcdef", "aXcdef", "abcdeY", "aXcdeY")]
    [InlineData("abcdef", "abcdef", "abY", "abY")]
    [InlineData("abcdef", "Xabcdef", "abcdefY", "XabcdefY")]
    [InlineData("abcdef", "acdef", "abcdf", "acdf")]
    [InlineData("abcdef", "aXcdef", "aXcdeY", "aXcdeY")]
    [InlineData("abcdef", "aXcdef", "aYcdef", null)]
    [InlineData("abcdef", "aXcdef", "acdef", null)]
    [InlineData("abcdef", "aXcdef", "abYdef", null)]
    [InlineData("abcdef", "abXcdef", "abYcdef", null)]
    [InlineData("abcdef", "", "abcdefY", null)]
    [InlineData("", "X", "Y", null)]
    [InlineData("", "X", "X", "X")]
    public void Changes_that_do_not_meet_are_merged(string original, string first, string second, string? merged)
    {
        Assert.Equal(merged is null ? null : Text(merged), TextMerge.Merge(Text(original), Text(first), Text(second)));
        Assert.Equal(merged is null ? null : Text(merged), TextMerge.Merge(Text(original), Text(second), Text(first)));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Merges_are_those_of_diff3()
    {
        Tool.Need("diff3");
        using var folder = new TemporaryDirectory();
        var random = new Random(3);
        var merges = 0;
        for (var i = 0; i < 150; i++)
        {
            var original = string.Concat(Enumerable.Range(0, 30).Select(n => $"line {n}\n"));
            var (first, second) = (Edit(original, random), Edit(original, random));
            if (TextMerge.Merge(original, first, second) is not { } merged)
            {
                continue;
            }
            var result = Tool.Run("diff3", "-m", folder.Write("first", first), folder.Write("original", original), folder.Write("second", second));
            if (result.Output.Contains("<<<<<<<", StringComparison.Ordinal) && !result.Output.Contains("|||||||", StringComparison.Ordinal))
            {
                // diff3 shows a change that both have made alike; there is nothing to choose.
                continue;
            }
            Assert.True(result.ExitCode == 0 && result.Output == merged, $"{TextDiff.Hunks(original, first)}\n===\n{TextDiff.Hunks(original, second)}\n===\n{result.Output}\n===\n{merged}");
            merges++;
        }
        Assert.True(merges > 50, $"{merges} merges");
    }

    private static string Edit(string text, Random random)
    {
        var lines = text.Split('\n').ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(lines.Count - 1);
            switch (random.Next(3))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(at, $"new {random.Next()}");
                    break;
                default:
                    lines[at] = $"changed {random.Next()}";
                    break;
            }
        }
        return string.Join('\n', lines);
    }
}
