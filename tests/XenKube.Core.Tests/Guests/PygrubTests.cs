using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>Debian's pygrub, run without Xen on the sample image, and the guest's own view of OEM by GRUB's driver.</summary>
[Trait("Kind", "Process")]
public sealed class PygrubTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs tests/xen/pygrub.sh, which fetches pygrub's packages into a cache the first time.</summary>
    private ToolResult Pygrub(string image)
    {
        Tool.Need("bash", "python3", "dpkg-deb", "apt-get");
        // Kept between runs, as the decoded images are: two packages of Debian.
        var lab = Environment.GetEnvironmentVariable("LAB") ?? Path.Combine(Project.Root, "artifacts", "test-lab");
        var result = Tool.Run("env", [$"LAB={lab}", "bash", Project.Tests("xen", "pygrub.sh"), image], null, _folder.Path, TimeSpan.FromMinutes(2));
        Assert.SkipWhen(!File.Exists(Path.Combine(lab, "pygrub", "usr", "lib", "xen-4.17", "bin", "pygrub")), "pygrub's packages (xen-utils-4.17, libxenmisc4.17) cannot be fetched here");
        return result;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pygrub_finds_the_kernel_of_a_sample_image(bool modern)
    {
        var result = Pygrub(modern ? SampleImage.Modern : SampleImage.Classic);
        Assert.True(result.ExitCode == 0, result.All);
        Assert.Contains("linux (kernel ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pygrub_and_the_check_agree_on_a_disk_without_a_menu()
    {
        var image = SampleImage.Copy(SampleImage.Classic, _folder);
        using (var disk = XenKube.Disks.DiskImage.OpenWrite(image))
        using (var boot = disk.OpenFileSystem("EFI-SYSTEM"))
        {
            boot.Remove("/boot/grub/menu.lst");
        }
        Assert.Contains("Unable to find partition containing kernel", Pygrub(image).All, StringComparison.Ordinal);
    }
}
