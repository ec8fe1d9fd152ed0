using System.Text;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Yaml;

public class YamlReaderTests
{
    private static YamlNode Read(string text, YamlOptions? options = null) =>
        YamlReader.Read(Encoding.UTF8.GetBytes(text), options ?? YamlOptions.GoYaml2)!;

    private static YamlException Refuse(string text, YamlOptions options) =>
        Assert.Throws<YamlException>(() => YamlReader.Read(Encoding.UTF8.GetBytes(text), options));

    [Fact]
    public void Position_is_where_the_node_begins()
    {
        var root = Read("a: &x 'é'\nb:\n  - {c: d}\n  - |\n    text\ne:\nf: *x\n");
        (int, int)[] places = [.. root.Children.Select(node => (node.Line, node.Column))];
        Assert.Equal((1, 1), (root.Line, root.Column));
        Assert.Equal([(1, 1), (1, 4), (2, 1), (3, 3), (6, 1), (6, 3), (7, 1), (7, 4)], places);
        var list = root.Children[3].Children;
        Assert.Equal((3, 5), (list[0].Line, list[0].Column));
        Assert.Equal((4, 5), (list[1].Line, list[1].Column));
        Assert.Equal("text\n", list[1].Value);
        Assert.Same(root.Children[1], root.Children[7].Target);
    }

    [Theory]
    [InlineData("a: b\n", "a")]
    [InlineData("\ufeffa: b\n", "a")]
    [InlineData("a: b\r\n", "a")]
    [InlineData("a: b\r", "a")]
    [InlineData("a: b\u0085", "a")]
    [InlineData("a: b\u2028", "a")]
    public void Document_in_any_encoding_and_with_any_line_end_reads_alike(string text, string key)
    {
        byte[][] encoded =
        [
            Encoding.UTF8.GetBytes(text),
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text.TrimStart('\ufeff'))],
            [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text.TrimStart('\ufeff'))],
        ];
        foreach (var bytes in encoded)
        {
            var root = YamlReader.Read(bytes, YamlOptions.GoYaml2)!;
            Assert.Equal((key, "b"), (root.Children[0].Value, root.Children[1].Value));
            Assert.Equal((1, 4), (root.Children[1].Line, root.Children[1].Column));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF }, "invalid leading UTF-8 octet")]
    [InlineData(new byte[] { 0xC3, 0x28 }, "invalid trailing UTF-8 octet")]
    [InlineData(new byte[] { 0x61, 0xE2, 0x82 }, "incomplete UTF-8 octet sequence")]
    [InlineData(new byte[] { 0xC0, 0x80 }, "invalid length of a UTF-8 sequence")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "invalid Unicode character")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0xDC }, "unexpected low surrogate area")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0xD8, 0x41, 0x00 }, "expected low surrogate area")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x41 }, "incomplete UTF-16 character")]
    [InlineData(new byte[] { 0x61, 0x3A, 0x20, 0x07 }, "control characters are not allowed")]
    public void Broken_encoding_is_refused_in_the_reference_words(byte[] bytes, string problem) =>
        Assert.Equal(problem, Assert.Throws<YamlException>(() => YamlReader.Read(bytes, YamlOptions.GoYaml2)).Message);

    [Theory]
    [InlineData("a: b\nc: d: e\n", "line 1: mapping values are not allowed in this context", "line 2: mapping values are not allowed in this context")]
    [InlineData("x:\n  - a\n  b: c\n", "line 2: did not find expected '-' indicator", "line 1: did not find expected '-' indicator")]
    [InlineData("a: \"b\n", "line 1: found unexpected end of stream", "line 2: found unexpected end of stream")]
    [InlineData("@", "found character that cannot start any token", "found character that cannot start any token")]
    public void Line_numbers_follow_each_dialects_accidents(string text, string v2, string v3)
    {
        Assert.Equal(v2, Refuse(text, YamlOptions.GoYaml2).Message);
        Assert.Equal(v3, Refuse(text, YamlOptions.GoYaml3).Message);
    }

    [Fact]
    public void Error_has_the_place_an_editor_shows()
    {
        var error = Refuse("a: b\nc: d: e\n", YamlOptions.GoYaml2);
        Assert.Equal((2, 5), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a: ", 100_000)]
    [InlineData("- ", 100_000)]
    [InlineData("? ", 100_000)]
    public void Deep_nesting_is_refused_without_eating_the_stack(string level, int depth)
    {
        var text = new StringBuilder().Insert(0, level, depth).ToString();
        Assert.Equal("exceeded max depth of 10000", Refuse(text, YamlOptions.GoYaml2).Message);
        Assert.Equal("exceeded max depth of 10000", Refuse(text, YamlOptions.GoYaml3).Message);
    }

    [Fact]
    public void Nesting_below_the_limit_is_read()
    {
        var node = Read(new string('[', 9_999) + new string(']', 9_999));
        var depth = 1;
        for (; node.Children.Count > 0; node = node.Children[0])
        {
            depth++;
        }
        Assert.Equal(9_999, depth);
    }

    [Fact]
    public void Document_beyond_the_size_limit_is_refused() =>
        Assert.Contains("more than the 10", Refuse("a: bcdefghijkl\n", YamlOptions.GoYaml2 with { MaxBytes = 10 }).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# nothing\n  # at all\n")]
    public void Stream_without_document_is_null(string text) => Assert.Null(YamlReader.Read(Encoding.UTF8.GetBytes(text), YamlOptions.GoYaml2));

    [Fact]
    public void Last_anchor_counts_in_v2_and_the_one_before_in_v3()
    {
        const string text = "a: &x 1\nb: *x\nc: &x 2\n";
        Assert.Equal("2", Read(text).Children[3].Target!.Value);
        Assert.Equal("1", Read(text, YamlOptions.GoYaml3).Children[3].Target!.Value);
        Assert.Null(Read("a: *gone\n").Children[1].Target);
        Assert.Equal("unknown anchor 'gone' referenced", Refuse("a: *gone\n", YamlOptions.GoYaml3).Message);
    }

    [Fact]
    public void Every_truncation_of_a_document_is_read_or_refused()
    {
        var bytes = File.ReadAllBytes(Tests.Support.Project.Tests("corpus", "clc", "pretty-kitchen-sink", "input.yaml"));
        for (var length = 0; length < bytes.Length; length += 7)
        {
            foreach (var options in (YamlOptions[])[YamlOptions.GoYaml2, YamlOptions.GoYaml3])
            {
                try
                {
                    YamlReader.Read(bytes.AsSpan(0, length), options);
                }
                catch (YamlException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            }
        }
    }
}
