using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Butane;

/// <summary>The command line.</summary>
public sealed class ButaneDriverTests
{
    private const string Document = "variant: flatcar\nversion: 1.1.0\n";
    private const string Warned = Document + "x: 1\n";
    private const string Json = "{\"ignition\":{\"version\":\"3.4.0\"}}\n";
    private const string Indented = "{\n  \"ignition\": {\n    \"version\": \"3.4.0\"\n  }\n}\n";

    [Theory]
    [InlineData("", Json)]
    [InlineData("-p", Indented)]
    [InlineData("--pretty", Indented)]
    [InlineData("--pretty=true", Indented)]
    [InlineData("--pretty=0", Json)]
    [InlineData("-p=f", Json)]
    [InlineData("-spr", Indented)]
    [InlineData("-c", "")]
    [InlineData("--strict", Json)]
    [InlineData("--", Json)]
    public void Flags_decide_the_output(string words, string expected)
    {
        var run = ButaneRun.Of(Document, words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((0, expected, ""), (run.ExitCode, run.Output, run.Error));
    }

    [Theory]
    [InlineData("--nonsense", "unknown flag: --nonsense")]
    [InlineData("-x", "unknown shorthand flag: 'x' in -x")]
    [InlineData("-o", "flag needs an argument: 'o' in -o")]
    [InlineData("--files-dir", "flag needs an argument: --files-dir")]
    [InlineData("--strict=maybe", "invalid argument \"maybe\" for \"-s, --strict\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax")]
    [InlineData("a b", "Usage: butane [options] [input-file]")]
    public void Wrong_usage_ends_in_2(string words, string firstLine)
    {
        var run = ButaneRun.Of(Document, words.Split(' '));
        Assert.Equal((2, "", firstLine), (run.ExitCode, run.Output, run.Error.Split('\n')[0]));
        Assert.Contains("Usage: butane [options] [input-file]", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--input FILE", 0, "Flag --input has been deprecated, specify filename directly on command line\n")]
    [InlineData(
        "--input=FILE --input FILE",
        0,
        "Flag --input has been deprecated, specify filename directly on command line\n"
            + "Flag --input has been deprecated, specify filename directly on command line\n")]
    public void Input_by_flag_is_read_with_a_remark_each_time(string words, int exitCode, string said)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("in.bu", Document);
        foreach (var release in (string[])["0.19", "0.29"])
        {
            var run = ButaneRun.Of("", [$"--release={release}", .. words.Replace("FILE", path, StringComparison.Ordinal).Split(' ')]);
            Assert.Equal((exitCode, Json, said), (run.ExitCode, run.Output, run.Error));
        }
    }

    [Theory]
    [InlineData("-p=", "unknown shorthand flag: '=' in -=")]
    [InlineData("-pz", "unknown shorthand flag: 'z' in -z")]
    [InlineData("--output", "flag needs an argument: --output")]
    public void Wrong_usage_is_told_last_and_by_the_older_release_first_too(string words, string fault)
    {
        var recent = ButaneRun.Of(Document, "--release=0.29", words).Error.TrimEnd('\n').Split('\n');
        Assert.Equal(("Usage: butane [options] [input-file]", fault), (recent[0], recent[^1]));
        var older = ButaneRun.Of(Document, "--release=0.19", words).Error.TrimEnd('\n').Split('\n');
        Assert.Equal((fault, fault), (older[0], older[^1]));
    }

    [Fact]
    public void Help_and_version_go_to_standard_output()
    {
        Assert.StartsWith("Usage: butane", ButaneRun.Of("", "-h").Output, StringComparison.Ordinal);
        Assert.StartsWith("Butane ", ButaneRun.Of("", "-V").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Strict_makes_any_entry_fatal()
    {
        var run = ButaneRun.Of(Warned, "-s");
        Assert.Equal((1, "", "warning at $.x, line 3 col 1: Unused key x\nConfig produced warnings and --strict was specified\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Files_are_read_and_written()
    {
        using var directory = new TemporaryDirectory();
        var input = directory.Write("in.bu", Document);
        var output = directory["out.ign"];
        var run = ButaneRun.Of("", "-o", output, input);
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(Json, File.ReadAllText(output));
        Assert.Equal(Json, ButaneRun.Of("", $"--input={input}").Output);
    }

    [Fact]
    public void Failing_run_leaves_the_output_alone()
    {
        using var directory = new TemporaryDirectory();
        var output = directory.Write("out.ign", "before");
        Assert.Equal(1, ButaneRun.Of("variant: x", "-o", output).ExitCode);
        Assert.Equal(1, ButaneRun.Of(Warned, "-s", "-o", output).ExitCode);
        Assert.Equal("before", File.ReadAllText(output));
    }

    [Fact]
    public void Missing_files_are_named()
    {
        using var directory = new TemporaryDirectory();
        var missing = directory["none"];
        Assert.Equal($"failed to open {missing}: open {missing}: no such file or directory\n", ButaneRun.Of("", missing).Error);
        Assert.Equal($"failed to open {missing}/x: open {missing}/x: no such file or directory\n", ButaneRun.Of(Document, "-o", missing + "/x").Error);
        Assert.Equal($"failed to read {directory.Path}: read {directory.Path}: is a directory\n", ButaneRun.Of("", directory.Path).Error);
    }

    [Theory]
    [InlineData("\u00ef\u00bb\u00bf")]
    [InlineData("\n\n# comment\n")]
    [InlineData("%YAML 1.1\n---\n")]
    public void Heads_of_documents_are_passed_over(string head) =>
        Assert.Equal(Json, ButaneRun.Of(System.Text.Encoding.Latin1.GetBytes(head + Document)).Output);

    [Fact]
    public void Carriage_returns_are_line_ends() =>
        Assert.Equal("warning at $.x, line 3 col 1: Unused key x\n", ButaneRun.Of(Warned.Replace("\n", "\r\n", StringComparison.Ordinal)).Error);

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var run = ButaneRun.Of([.. "variant: flatcar\nversion: 1.1.0\nx: "u8, 0xff, 0xfe]);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("Error translating config: Error unmarshaling yaml: yaml: ", run.Error, StringComparison.Ordinal);
    }
}
