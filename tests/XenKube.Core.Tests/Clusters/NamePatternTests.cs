using XenKube.Clusters;

namespace XenKube.Tests.Clusters;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("node-1", "node-1", true)]
    [InlineData("node-1", "node-12", false)]
    [InlineData("node-1", "Node-1", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("node-*", "node-", true)]
    [InlineData("*-1", "node-1-1", true)]
    [InlineData("n*e-?", "node-1", true)]
    [InlineData("n*e-?", "node-12", false)]
    [InlineData("a*b*c", "abbbc", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("?", "", false)]
    [InlineData("node-[12]", "node-2", true)]
    [InlineData("node-[12]", "node-3", false)]
    [InlineData("node-[1-3]*", "node-25", true)]
    [InlineData("[!a-c]*", "db", true)]
    [InlineData("[!a-c]*", "b", false)]
    [InlineData("[^a]", "b", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("node-[1", "node-1", false)]
    [InlineData("node-[1", "node-[1", true)]
    [InlineData("[]a]", "]", true)]
    public void Name_fits_as_in_a_shell(string pattern, string name, bool expected) => Assert.Equal(expected, NamePattern.IsMatch(pattern, name));

    [Theory]
    [InlineData("NODE-*", "node-1", true)]
    [InlineData("N[A-O]DE-1", "node-1", true)]
    [InlineData("NODE-1", "node-1", false)]
    [InlineData("node-`*", "node-*", true)]
    [InlineData("node-`*", "node-1", false)]
    [InlineData("NODE-`[*", "node-[1", true)]
    public void Pattern_ignores_case_and_a_name_does_not(string pattern, string name, bool expected) =>
        Assert.Equal(expected, NamePattern.IsMatch(pattern, name, ignoresCase: true));

    [Theory]
    [InlineData("node-`*", false)]
    [InlineData("`[*", true)]
    [InlineData("node-1", false)]
    [InlineData("node-*", true)]
    [InlineData("node-?", true)]
    [InlineData("node-[12]", true)]
    public void Pattern_is_told_from_a_name(string text, bool expected) => Assert.Equal(expected, NamePattern.IsPattern(text));
}
