using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// The image of a running Linux 6.18, copied while the file system was mounted and after everything had been removed: the counts of the
/// superblock are those of the mount, when it was full.
/// </summary>
[Trait("Kind", "Process")]
public sealed class RunningGuestTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly string _image;

    public RunningGuestTests()
    {
        Tool.Need("xz", "e2fsck");
        _image = _folder.Write("disk.img", Tool.Run("xz", "-dc", Project.Tests("fixtures", "ext", "running-guest.img.xz")).ShouldSucceed().OutputBytes);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2_000_000)]
    public void Edit_counts_what_is_free_as_the_kernel_does(int length)
    {
        using (var disk = DiskImage.OpenWrite(_image))
        using (var files = disk.OpenFileSystem("ROOT"))
        {
            var content = new byte[length];
            new Random(length).NextBytes(content);
            files.WriteFile("/new", content);
            files.CreateDirectory("/directory");
            files.Remove("/directory");
        }
        var start = (int)DiskImage.OpenRead(_image).GetPartition("ROOT").Start;
        Tool.Run("e2fsck", "-fn", $"{_image}?offset={start}").ShouldSucceed();
    }
}
