using XenKube.Tests.Support;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>The decoder on a processor with fewer instructions than this one, as an emulated or an old dom0 has.</summary>
[Trait("Kind", "Process")]
public sealed class Bzip2ProcessorTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX=0")]
    [InlineData("DOTNET_EnableAVX2=0")]
    public void The_same_bytes_come_out_without_the_newer_instructions(string setting)
    {
        Tool.Need("env", "dotnet");
        using var directory = new TemporaryDirectory();
        var program = Path.Combine(AppContext.BaseDirectory, "xenkube.dll");
        Tool.Run("env", setting, "dotnet", program, "image", "expand", SampleImage.ClassicArchive, directory["disk.img"]).ShouldSucceed();
        SparseFile.AssertSame(SampleImage.Classic, directory["disk.img"]);
    }
}
