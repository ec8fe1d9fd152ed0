using XenKube.Ignition.Syntax;

namespace XenKube.Tests.Ignition.Rules;

public sealed class GoQuoteTests
{
    [Theory]
    [InlineData("plain é ü", "\"plain é ü\"")]
    [InlineData("\"\\\a\b\f\n\r\t\v", "\"\\\"\\\\\\a\\b\\f\\n\\r\\t\\v\"")]
    [InlineData("\u0001\u007f", "\"\\x01\\x7f\"")]
    [InlineData("\u00a0\u2028", "\"\\u00a0\\u2028\"")]
    [InlineData("\U000e0001", "\"\\U000e0001\"")]
    [InlineData("\u4e16\U0001f600", "\"\u4e16\U0001f600\"")]
    public void Quote_escapes_what_go_escapes(string text, string expected) => Assert.Equal(expected, GoQuote.Quote(text));

    [Fact]
    public void Quote_of_bytes_that_are_no_text_shows_them_in_hex() => Assert.Equal("\"a\\xff\\xc3\"", GoQuote.Quote([(byte)'a', 0xff, 0xc3]));

    [Theory]
    [InlineData("a\\n\\x41\\101\\u00e9\\U0001f600", true)]
    [InlineData("a\nb", false)]
    [InlineData("\\'", false)]
    [InlineData("\\x4", false)]
    [InlineData("\\400", false)]
    [InlineData("\\ud800", false)]
    [InlineData("\\UFFFFFFFF", false)]
    [InlineData("\\", false)]
    [InlineData("\"", false)]
    public void IsUnquotable_tells_whether_go_could_read_it(string text, bool expected) => Assert.Equal(expected, GoQuote.IsUnquotable(text));
}
