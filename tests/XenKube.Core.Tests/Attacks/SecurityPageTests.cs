using System.Text.RegularExpressions;
using XenKube.Tests.Support;

namespace XenKube.Tests.Attacks;

/// <summary>docs/security.md names a test for each promise.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void Each_promise_names_tests_that_exist()
    {
        var rows = File.ReadLines(Path.Combine(Project.Root, "docs", "security.md")).SkipWhile(line => line != "| promise | test |")
            .TakeWhile(line => !line.StartsWith("## What is not", StringComparison.Ordinal)).Where(line => line.StartsWith('|') && line is not ("| promise | test |" or "|---|---|")).ToList();
        Assert.True(rows.Count >= 15, $"{rows.Count} promises");
        var types = typeof(SecurityPageTests).Assembly.GetTypes().ToLookup(type => type.Name);
        foreach (var row in rows)
        {
            var names = TestName().Matches(row.Split('|')[^2]);
            Assert.True(names.Count > 0, $"no test: {row}");
            Assert.All(names, name => Assert.Contains(types[name.Groups[1].Value], type => type.GetMethod(name.Groups[2].Value) is not null));
        }
    }

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex TestName();
}
