using System.Reflection;
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

    // A guest writes the log, and a mirror the listing. Some of these patterns try each end for each beginning: without this option the time
    // grows with the square or the cube of a line's length.
    [Theory]
    [InlineData(typeof(XenKube.Etcd.EtcdPeerLog))]
    [InlineData(typeof(XenKube.Images.Transfer.HttpTransport))]
    public void Patterns_for_the_texts_of_others_take_time_by_the_length_alone(Type type)
    {
        var patterns = type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic).Where(method => method.ReturnType == typeof(Regex)).ToList();
        Assert.NotEmpty(patterns);
        Assert.All(patterns, method => Assert.True(((Regex)method.Invoke(null, null)!).Options.HasFlag(RegexOptions.NonBacktracking), method.Name));
    }

    [GeneratedRegex(@"\[GeneratedRegex\([^;]*?,\s*\d+\)\]|RegexOptions\.\w+, TimeSpan\.From\w+\(\d", RegexOptions.CultureInvariant)]
    private static partial Regex OwnLimit();
}
