using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>Standard streams that take or give nothing: never exit 0, never a report of the runtime, and the stream's name in the error.</summary>
[Trait("Kind", "Process")]
public sealed class FullOutputTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("disk --help")]
    [InlineData("disk partitions IMAGE")]
    [InlineData("disk partitions IMAGE --json")]
    [InlineData("disk df IMAGE")]
    [InlineData("disk ls IMAGE ROOT /")]
    [InlineData("disk cat IMAGE ROOT /etc/machine-id")]
    [InlineData("ct -version")]
    [InlineData("ct -in-file CONFIG")]
    [InlineData("butane --help")]
    public void Output_that_cannot_be_written_is_an_error(string words)
    {
        Tool.Need("sh");
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        using var folder = new TemporaryDirectory();
        SampleImage.Copy(SampleImage.Classic, folder, "image");
        folder.Write("config", "passwd: {}\n");
        string[] arguments = [.. words.Split(' ').Select(word => word switch { "IMAGE" => folder["image"], "CONFIG" => folder["config"], _ => word })];
        var run = Tool.Run("sh", ["-c", "exec \"$@\" > /dev/full", "sh", Tool.Find("dotnet")!, Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), .. arguments]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("standard output: No space left on device", Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("disk ls IMAGE ROOT / >&-", "standard output: it is closed")]
    [InlineData("disk cat IMAGE ROOT /etc/machine-id >&-", "standard output: it is closed")]
    [InlineData("disk put IMAGE ROOT /new < /", "standard input: it is a directory")]
    [InlineData("disk put IMAGE ROOT /new <&-", "standard input: it is closed")]
    public void Standard_streams_are_named_by_their_errors(string words, string reason)
    {
        Tool.Need("sh");
        var run = Shell(words);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(reason, Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    private static ToolResult Shell(string words)
    {
        using var folder = new TemporaryDirectory();
        SampleImage.Copy(SampleImage.Classic, folder, "image");
        var command = words.Replace("IMAGE", $"'{folder["image"]}'", StringComparison.Ordinal);
        return Tool.Run("sh", "-c", $"exec '{Tool.Find("dotnet")}' '{Path.Combine(AppContext.BaseDirectory, "xenkube.dll")}' {command}");
    }
}
