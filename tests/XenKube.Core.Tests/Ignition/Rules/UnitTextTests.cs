using XenKube.Ignition.Syntax;

namespace XenKube.Tests.Ignition.Rules;

public sealed class UnitTextTests
{
    [Fact]
    public void Parse_reads_sections_comments_and_continued_values()
    {
        var unit = UnitText.Parse("text before\n# [no section] \\\n still comment\n[Unit] \n; c\n\nDescription = a b \\\n  c\nAfter=\n[Install]\nWantedBy=x.target");
        Assert.Null(unit.Error);
        Assert.Equal(
            [new("Unit", "Description", "a b \\\n  c"), new("Unit", "After", ""), new("Install", "WantedBy", "x.target")],
            unit.Options);
        Assert.True(unit.HasInstall);
    }

    [Theory]
    [InlineData("[Service", "unable to find end of section")]
    [InlineData("[Service] bad\n", "found garbage after section name : [98 97 100]")]
    [InlineData("[Unit]\nAfter", "EOF")]
    [InlineData("[Unit]\nAfter\nx=y", "unexpected newline encountered while parsing option name")]
    [InlineData("[Unit]\nAfter\rx=y", "unexpected newline encountered while parsing option name")]
    public void Parse_of_a_broken_text_gives_the_reason(string text, string expected)
    {
        var unit = UnitText.Parse(text);
        Assert.Equal(expected, unit.Error);
        Assert.Empty(unit.Options);
    }

    [Fact]
    public void Garbage_is_quoted_in_the_newer_form() =>
        Assert.Equal("found garbage after section name : \"b\\\"d\"", UnitText.Parse("[A] b\"d", UnitText.GarbageForm.Quoted).Error);

    [Theory]
    [InlineData("")]
    [InlineData("no section at all")]
    [InlineData("[Install]\n")]
    [InlineData("[Install]\n#WantedBy=x\n")]
    public void HasInstall_needs_an_option(string text) => Assert.False(UnitText.Parse(text).HasInstall);

    [Fact]
    public void A_section_name_may_hold_line_breaks() =>
        Assert.Equal("A\nB", Assert.Single(UnitText.Parse("[A\nB]\nx=y").Options).Section);

    [Theory]
    [InlineData(2040, null)]
    [InlineData(2048, "line too long (max 2048 bytes)")]
    public void A_long_value_is_refused(int length, string? expected) =>
        Assert.Equal(expected, UnitText.Parse("[A]\nx=" + new string('v', length) + "\n" + new string('\n', 4000)).Error);

    /// <summary>Fewer than 2048 bytes are in the buffer when the long line begins, so the check never sees it.</summary>
    [Fact]
    public void A_long_value_near_the_end_of_a_buffer_escapes_notice()
    {
        var text = "[A]\n" + string.Concat(Enumerable.Repeat("abc=defg\n", 300)) + "x=" + new string('v', 3000) + "\n";
        Assert.Null(UnitText.Parse(text).Error);
    }

    [Fact]
    public void The_first_step_is_not_checked_since_nothing_is_buffered_yet() =>
        Assert.Equal("line too long (max 2048 bytes)", UnitText.Parse(new string('x', 5000)).Error);

    [Fact]
    public void Parse_of_random_and_truncated_text_never_throws_and_ends()
    {
        var random = new Random(4);
        var alphabet = "[]=#;\\\n\r \tabcé\ufffd"u8.ToArray();
        for (var i = 0; i < 5_000; i++)
        {
            var text = random.GetItems(alphabet, random.Next(i % 100 == 0 ? 9000 : 60));
            var unit = UnitText.Parse(text);
            Assert.True(unit.Error is null || unit.Options.Count == 0);
        }
    }
}
