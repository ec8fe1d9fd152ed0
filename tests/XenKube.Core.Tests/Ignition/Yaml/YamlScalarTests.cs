using System.Text;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Yaml;

public class YamlScalarTests
{
    [Theory]
    [InlineData("", YamlScalarKind.Null)]
    [InlineData("~", YamlScalarKind.Null)]
    [InlineData("NULL", YamlScalarKind.Null)]
    [InlineData("nULL", YamlScalarKind.Text)]
    [InlineData("yes", YamlScalarKind.Boolean)]
    [InlineData("Off", YamlScalarKind.Boolean)]
    [InlineData("tRUE", YamlScalarKind.Text)]
    [InlineData("0644", YamlScalarKind.Whole)]
    [InlineData("0888", YamlScalarKind.Real)]
    [InlineData("1e3", YamlScalarKind.Text)]
    [InlineData("1e+3", YamlScalarKind.Real)]
    [InlineData(".5e3", YamlScalarKind.Real)]
    [InlineData("5.", YamlScalarKind.Text)]
    [InlineData("-.inf", YamlScalarKind.Real)]
    [InlineData("18446744073709551615", YamlScalarKind.Natural)]
    [InlineData("18446744073709551616", YamlScalarKind.Real)]
    [InlineData("12:30:45", YamlScalarKind.Text)]
    [InlineData("2017-12-01", YamlScalarKind.Text)]
    [InlineData("<<", YamlScalarKind.Text)]
    public void Plain_text_resolves_by_yaml_11(string text, YamlScalarKind kind) => Assert.Equal(kind, YamlScalar.ResolvePlain(text).Kind);

    [Theory]
    [InlineData("0644", 420)]
    [InlineData("-0x1F", -31)]
    [InlineData("0b101", 5)]
    [InlineData("1_000", 1000)]
    [InlineData("+7", 7)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Whole_number_has_its_value(string text, long value) => Assert.Equal(value, YamlScalar.ResolvePlain(text).Whole);

    [Fact]
    public void Text_that_does_not_fit_its_tag_is_an_error()
    {
        var node = YamlReader.Read(Encoding.UTF8.GetBytes("!!int abc"), YamlOptions.GoYaml2)!;
        Assert.Equal("cannot decode !!str `abc` as a !!int", Assert.Throws<YamlException>(() => YamlScalar.Resolve(node)).Message);
    }
}
