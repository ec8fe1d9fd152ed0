using System.Text;
using XenKube.Ignition.Syntax;
using XenKube.Ignition.Writing;

namespace XenKube.Ignition;

public class IgnitionJsonWriterTests
{
    [Theory]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("<>&", "\"\\u003c\\u003e\\u0026\"")]
    [InlineData("\n\r\t\b\f\u0001", "\"\\n\\r\\t\\u0008\\u000c\\u0001\"")]
    [InlineData("\u007fé😀", "\"\u007fé😀\"")]
    [InlineData("\u2028\u2029", "\"\\u2028\\u2029\"")]
    public void Text_is_escaped_as_go_does(string text, string expected)
    {
        var json = new IgnitionJsonWriter();
        json.Value(text);
        Assert.Equal(expected, Encoding.UTF8.GetString(json.ToArray()));
    }

    [Fact]
    public void Byte_that_is_no_utf8_becomes_the_replacement_escape()
    {
        var json = new IgnitionJsonWriter();
        json.Value(ByteText.FromBytes([0x61, 0xFF, 0x62]));
        Assert.Equal("\"a\\ufffdb\"", Encoding.UTF8.GetString(json.ToArray()));
    }

    [Fact]
    public void Pretty_indents_by_two_spaces_and_keeps_empty_objects_short()
    {
        var json = new IgnitionJsonWriter(pretty: true);
        json.StartObject();
        json.Member("a", 1);
        json.Name("b");
        json.StartObject();
        json.EndObject();
        json.Name("c");
        json.StartArray();
        json.Value(true);
        json.EndArray();
        json.EndObject();
        Assert.Equal("{\n  \"a\": 1,\n  \"b\": {},\n  \"c\": [\n    true\n  ]\n}", Encoding.UTF8.GetString(json.ToArray()));
    }
}
