namespace XenKube.Tests;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("Grüße, 漢字 and 🚀", "Grüße, 漢字 and 🚀")]
    [InlineData("\u001b[31mred\u0007", "\\x1b[31mred\\x07")]
    [InlineData("two\r\nlines\tand\u0085one", "two\\x0d\\x0alines\\x09and\\x85one")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [InlineData("gpj.\u202eexe\u2066\u200f", "gpj.\\u202eexe\\u2066\\u200f")]
    [InlineData("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff")]
    [InlineData("tag\U000e0041", "tag\\U000e0041")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData(null, "")]
    public void Name_shows_what_a_terminal_would_act_upon(string? text, string shown)
    {
        Assert.Equal(shown, Printable.Name(text));
        Assert.Equal(shown, Printable.Of(text));
        Assert.Equal(shown, Printable.Name(shown));
    }

    [Fact]
    public void Name_shows_half_a_surrogate_pair()
    {
        // An attribute's argument is UTF-8, which has no such thing.
        Assert.Equal("half\\ud83d", Printable.Name("half\ud83d"));
    }

    [Fact]
    public void Lines_keeps_line_breaks_and_tabs_alone()
    {
        Assert.Equal("a\n\tb\\x0d\\x1b", Printable.Lines("a\n\tb\r\u001b"));
    }

    [Fact]
    public void Of_ends_after_its_length()
    {
        Assert.Equal(new string('x', 10) + "…", Printable.Of(new string('x', 11), 10));
        Assert.Equal(new string('x', 10), Printable.Of(new string('x', 10), 10));
    }

    [Fact]
    public void Path_of_thousands_of_names_is_shortened_in_an_error_and_kept_beside_the_message()
    {
        var path = "/" + string.Join('/', Enumerable.Range(0, 5000).Select(i => $"name-{i}"));
        var error = new InvalidInputException(ErrorIds.PathInvalid, path, null, $"'{path}' is not a file", $"Look at {path} and at nothing else");
        Assert.InRange(error.Message.Length, 1000, 3000);
        Assert.StartsWith("/name-0/name-1/", error.Message, StringComparison.Ordinal);
        Assert.Contains("characters)…", error.Fault, StringComparison.Ordinal);
        Assert.Contains("/name-4999' is not a file", error.Fault, StringComparison.Ordinal);
        Assert.EndsWith("/name-4999 and at nothing else", error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.File);
        // The longest path that Linux takes as a whole has 4,095 bytes; a text of many words stays as it is.
        var words = string.Join(' ', Enumerable.Repeat("word", 5000));
        Assert.Equal(words, Printable.Sentence(words));
        Assert.Equal(new string('x', 1024), Printable.Sentence(new string('x', 1024)));
    }

    [Fact]
    public void Every_part_of_an_error_is_shown_safely()
    {
        var error = new InvalidInputException(ErrorIds.NameInvalid, "fi\u001ble", "pl\nace", "rea\u202eson", "rem\u0007edy");
        Assert.Equal("fi\\x1ble: pl\\x0aace: rea\\u202eson. rem\\x07edy", error.Message);
        Assert.Equal("fi\\x1ble: pl\\x0aace: rea\\u202eson", error.Fault);
        Assert.Equal("fi\u001ble", error.File);
    }
}
