using System.Text.RegularExpressions;
using XenKube.Tests.Support;

namespace XenKube.Tests.Conventions;

/// <summary>
/// The time limit of a pattern goes by the clock: one of a second made commands fail on a busy machine. So there is one limit, in one place.
/// </summary>
public sealed partial class PatternLimitTests
{
    [Fact]
    public void No_pattern_has_a_time_limit_of_its_own()
    {
        var own = from path in Directory.EnumerateFiles(Path.Combine(Project.Root, "src"), "*.cs", SearchOption.AllDirectories)
                  where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
                  let text = File.ReadAllText(path)
                  where OwnLimit().IsMatch(text)
                  select Path.GetRelativePath(Project.Root, path);
        Assert.Empty(own);
    }

    [Theory]
    [InlineData("[GeneratedRegex(\"a\", RegexOptions.CultureInvariant, 1000)]", true)]
    [InlineData("[GeneratedRegex(\"a\",\n    RegexOptions.CultureInvariant,\n    1000)]", true)]
    [InlineData("Regex.IsMatch(line, \"a\", RegexOptions.None, TimeSpan.FromSeconds(1))", true)]
    [InlineData("[GeneratedRegex(\"a\", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]", false)]
    [InlineData("[GeneratedRegex(\"a{1,10}\")]", false)]
    public void Limit_of_its_own_is_known(string text, bool isOwn) => Assert.Equal(isOwn, OwnLimit().IsMatch(text));

    [GeneratedRegex(@"\[GeneratedRegex\([^;]*?,\s*\d+\)\]|RegexOptions\.\w+, TimeSpan\.From\w+\(\d", RegexOptions.CultureInvariant)]
    private static partial Regex OwnLimit();
}
