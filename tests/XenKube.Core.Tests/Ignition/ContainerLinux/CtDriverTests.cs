using System.Text;
using XenKube.Ignition.Drivers;
using XenKube.Tests.Support;

namespace XenKube.Ignition.ContainerLinux;

public class CtDriverTests
{
    private static (int Exit, string Output, string Error) Run(string input, params string[] args)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var exit = CtDriver.Run(args, new MemoryStream(Encoding.UTF8.GetBytes(input)), output, error);
        return (exit, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    [Fact]
    public void Version_is_that_of_the_release()
    {
        Assert.Equal((0, "ct v0.5.0\n", ""), Run("", "-version"));
        Assert.Equal((0, "ct v0.9.0\n", ""), Run("", "--release", "0.9.0", "--version=true"));
        Assert.Equal((0, "ct v0.9.0\n", ""), Run("", "--version", "--release=0.9.0"));
    }

    [Theory]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("-help=1")]
    public void Help_is_the_usage_on_standard_error(string flag)
    {
        var (exit, output, error) = Run("", flag);
        Assert.Equal((0, ""), (exit, output));
        Assert.StartsWith("Usage of ct:\n  -help\n    \tPrint help and exit.\n  -in-file string\n", error, StringComparison.Ordinal);
        Assert.DoesNotContain("files-dir", error, StringComparison.Ordinal);
        Assert.Contains("  -files-dir string\n    \tDirectory to read local files from.\n", Run("", flag, "--release=0.9.0").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flag provided but not defined: -x", "-x")]
    [InlineData("flag provided but not defined: -x", "--x=1")]
    [InlineData("flag needs an argument: -in-file", "-in-file")]
    [InlineData("bad flag syntax: ---x", "---x")]
    [InlineData("bad flag syntax: -=x", "-=x")]
    [InlineData("invalid boolean value \"maybe\" for -pretty: parse error", "-pretty=maybe")]
    public void Wrong_usage_ends_with_two(string message, params string[] args)
    {
        var (exit, output, error) = Run("", args);
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith(message + "\nUsage of ct:\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public void First_word_that_is_no_flag_ends_the_flags()
    {
        Assert.Equal(0, Run("", "word", "-nonsense").Exit);
        Assert.Equal(0, Run("", "--", "-nonsense").Exit);
        Assert.Equal(0, Run("", "-", "-nonsense").Exit);
    }

    [Fact]
    public void Output_file_of_a_failed_run_is_emptied_by_the_old_release_only()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("out", "before");
        Assert.Equal(1, Run("a: [", "-out-file", path, "--release=0.9.0").Exit);
        Assert.Equal("before", File.ReadAllText(path));
        Assert.Equal(1, Run("a: [", "-out-file", path).Exit);
        Assert.Equal("", File.ReadAllText(path));
    }

    [Fact]
    public void Files_that_cannot_be_used_are_named()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal((1, "", "Failed to open: open /nowhere/x: no such file or directory\n"), Run("", "-in-file=/nowhere/x"));
        Assert.Equal((1, "", $"Failed to read: read {directory.Path}: is a directory\n"), Run("", "-in-file", directory.Path));
        Assert.Equal((1, "", $"Failed to create: open {directory.Path}: is a directory\n"), Run("", "-out-file", directory.Path));
    }
}
