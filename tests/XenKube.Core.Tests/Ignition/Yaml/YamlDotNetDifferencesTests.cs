using System.Text;
using XenKube.Parsing.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace XenKube.Ignition.Yaml;

/// <summary>
/// Why the tokens are not YamlDotNet's: each document here is read otherwise by YamlDotNet 16 than by the libyaml family, and
/// its events do not show it. The readings of the latter were taken from go-yaml.
/// </summary>
public class YamlDotNetDifferencesTests
{
    [Theory]
    [InlineData("colon inside a plain text in brackets", "[a:b]\n", "found unexpected ':'")]
    [InlineData("key without space in braces", "{a:1}\n", "found unexpected ':'")]
    [InlineData("dot in an anchor", "&a.b c\n", "did not find expected alphabetic or numeric character")]
    [InlineData("dot in an alias", "a: *b.c\n", "did not find expected alphabetic or numeric character")]
    [InlineData("tab behind a dash", "- a\n-\tb\n", "line 1: found character that cannot start any token")]
    [InlineData("tab before a key", "\ta: b\n", "found character that cannot start any token")]
    [InlineData("version 1.2", "%YAML 1.2\n---\na\n", "found incompatible YAML document")]
    [InlineData("unknown directive", "%FOO\n---\na\n", "found unknown directive name")]
    [InlineData("text behind the document's end", "a\n...\nb\n", "line 2: did not find expected <document start>")]
    [InlineData("missing comma between quoted keys", "{\"a\" \"b\"}\n", "did not find expected ',' or '}'")]
    [InlineData("missing comma behind a list", "{a: [x] b}\n", "did not find expected ',' or '}'")]
    [InlineData("value without key", ": a\n", "did not find expected key")]
    [InlineData("second value without key", "a: b\n: c\n", "line 1: did not find expected key")]
    [InlineData("escaped slash", "a: \"\\/\"\n", "found unknown escape character")]
    [InlineData("control character", "x: \u0001\n", "control characters are not allowed")]
    public void YamlDotNet_takes_what_libyaml_refuses(string difference, string document, string problem)
    {
        Assert.NotEmpty(difference);
        Assert.Null(ReadByYamlDotNet(document));
        var error = Assert.Throws<Parsing.Yaml.YamlException>(() => Read(document));
        Assert.Equal(problem, error.Message);
    }

    [Theory]
    [InlineData("comment directly behind a bracket", "[a]#c\n")]
    [InlineData("comment directly behind a comma", "[a,#c\nb]\n")]
    [InlineData("comment directly behind a block indicator", "a: |#c\n b\n")]
    [InlineData("lone dash in brackets", "[-]\n")]
    [InlineData("comma at the end of a tag", "a: !!str, b\n")]
    [InlineData("line separator in quotes", "a: \"b\u2028c\"\n")]
    public void YamlDotNet_refuses_what_libyaml_takes(string difference, string document)
    {
        Assert.NotEmpty(difference);
        Assert.NotNull(ReadByYamlDotNet(document));
        Assert.NotNull(Read(document));
    }

    [Fact]
    public void YamlDotNet_counts_columns_in_utf16_units()
    {
        var scalars = new List<Scalar>();
        var parser = new Parser(new StringReader("'😀': x\n"));
        while (parser.MoveNext())
        {
            if (parser.Current is Scalar scalar)
            {
                scalars.Add(scalar);
            }
        }
        Assert.Equal(7, scalars[1].Start.Column);
        Assert.Equal(6, Read("'😀': x\n")!.Children[1].Column);
    }

    [Fact]
    public void YamlDotNet_reads_documents_that_are_not_asked_for() =>
        // go-yaml looks at the first document only, so trouble in the third is none.
        Assert.Equal("a", Read("--- a\n--- b\n--- @\n")!.Value);

    private static YamlNode? Read(string document) => YamlReader.Read(Encoding.UTF8.GetBytes(document), YamlOptions.GoYaml2);

    private static string? ReadByYamlDotNet(string document)
    {
        try
        {
            var parser = new Parser(new StringReader(document));
            while (parser.MoveNext())
            {
                Assert.NotNull(parser.Current);
            }
            return null;
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            return e.Message;
        }
    }
}
