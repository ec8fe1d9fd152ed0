using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>Standard output that takes nothing, as a full disk does: never exit 0, never a report of the runtime.</summary>
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
        Assert.Contains("No space left on device", Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }
}
