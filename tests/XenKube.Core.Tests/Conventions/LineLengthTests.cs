using System.Text.RegularExpressions;
using XenKube.Tests.Support;

namespace XenKube.Tests.Conventions;

/// <summary>Lines of the product's code have 140 columns at most. A longer one is a single text that reads better in one piece.</summary>
public sealed partial class LineLengthTests
{
    private const int Columns = 140;

    [Fact]
    public void Line_of_code_is_not_longer_than_the_page_is_wide()
    {
        var longer = from path in Directory.EnumerateFiles(Path.Combine(Project.Root, "src"), "*.cs", SearchOption.AllDirectories)
                     where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
                     from line in File.ReadLines(path).Select((text, index) => (Text: text, Number: index + 1))
                     where line.Text.Length > Columns && !OneText().IsMatch(line.Text)
                     select $"{Path.GetRelativePath(Project.Root, path)}:{line.Number}";
        Assert.Empty(longer);
    }

    [Theory]
    [InlineData("            $\"a text\",", true)]
    [InlineData("        { Description = \"a text\" };", true)]
    [InlineData("        throw Invalid($\"a text\");", true)]
    [InlineData("        var a = Sum(b, c);", false)]
    [InlineData("    /// a comment", false)]
    public void A_line_that_is_one_text_is_known(string line, bool isText) => Assert.Equal(isText, OneText().IsMatch(line));

    // Before the text there may be an operator, a cast, a keyword, a call, or an option's description.
    [GeneratedRegex(@"^\s*(?:[?:+] |\(?\(?Remedy\)|return |throw |=> |\{ Description = |linux |if \(|!?[\w.?]+\()*[$@]*""", RegexOptions.CultureInvariant)]
    private static partial Regex OneText();
}
