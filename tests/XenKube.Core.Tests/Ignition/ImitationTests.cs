using System.Text.RegularExpressions;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition;

/// <summary>A file that does as a program or library of others does says which release of it, so that a maintainer knows what to compare with.</summary>
public sealed partial class ImitationTests
{
    public static TheoryData<string> Files => [.. Imitating()];

    [Fact]
    public void Files_that_imitate_something_are_found() => Assert.InRange(Imitating().Count(), 30, 200);

    [Theory]
    [MemberData(nameof(Files))]
    public void File_that_imitates_something_names_its_release(string file) =>
        Assert.Matches(Release(), File.ReadAllText(Path.Combine(Project.Root, "src", file)));

    private static IEnumerable<string> Imitating() => new[] { Path.Combine("XenKube.Core", "Ignition"), Path.Combine("XenKube.Parsing", "Yaml") }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Project.Root, "src", folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => Path.GetFileName(file).StartsWith("Go", StringComparison.Ordinal) || Imitation().IsMatch(File.ReadAllText(file)))
        .Select(file => Path.GetRelativePath(Path.Combine(Project.Root, "src"), file))
        .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\b[Tt]he reference(?! tool)|\bGo's\b|\bas Go\b|go-yaml")]
    private static partial Regex Imitation();

    [GeneratedRegex(@"\b(Go 1\.\d+|ct \d\.\d\.\d|Butane \d\.\d+\.\d|Ignition \d\.\d+\.\d|ignition-validate \d\.\d+\.\d)\b")]
    private static partial Regex Release();
}
