using System.Diagnostics;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

[Trait("Kind", "Process")]
public sealed class ImageLockTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly string _image;

    public ImageLockTests()
    {
        Tool.Need("sgdisk");
        _image = _folder["disk.img"];
        File.WriteAllBytes(_image, []);
        Tool.Run("truncate", "-s", "8M", _image).ShouldSucceed();
        Tool.Run("sgdisk", "-n", "1:2048:+1M", "-c", "1:OEM", _image).ShouldSucceed();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpenWrite_of_image_that_is_open_already_is_refused_and_later_accepted()
    {
        using (DiskImage.OpenWrite(_image))
        {
            var error = Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(_image));
            Assert.Equal("ImageInUse", error.ErrorId);
            Assert.Equal(_image, error.File);
            using var reader = DiskImage.OpenRead(_image);
        }
        DiskImage.OpenWrite(_image).Dispose();
    }

    [Fact]
    public void OpenWrite_through_another_name_of_the_same_file_is_refused()
    {
        File.CreateSymbolicLink(_folder["link.img"], _image);
        Tool.Run("ln", _image, _folder["hard.img"]).ShouldSucceed();
        using (DiskImage.OpenWrite(_image))
        {
            Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(_folder["link.img"]));
            Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(_folder["hard.img"]));
        }
    }

    [Fact]
    public void Lock_is_seen_by_flock()
    {
        Tool.Need("flock");
        Assert.Equal(0, Tool.Run("flock", "--nonblock", _image, "true").ExitCode);
        using (DiskImage.OpenWrite(_image))
        {
            Assert.Equal(1, Tool.Run("flock", "--nonblock", _image, "true").ExitCode);
            Assert.Equal(1, Tool.Run("flock", "--shared", "--nonblock", _image, "true").ExitCode);
        }
        Assert.Equal(0, Tool.Run("flock", "--nonblock", _image, "true").ExitCode);
    }

    [Theory]
    [InlineData("--exclusive")]
    [InlineData("--shared")]
    public void OpenWrite_of_image_locked_by_flock_is_refused(string kind)
    {
        Tool.Need("flock");
        using var holder = Start("flock", kind, "--no-fork", _image, "sh", "-c", "echo held; exec sleep 60");
        Assert.Equal("held", holder.StandardOutput.ReadLine());
        try
        {
            Assert.Contains("flock", Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(_image)).Message, StringComparison.Ordinal);
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
            holder.WaitForExit();
        }
        DiskImage.OpenWrite(_image).Dispose();
    }

    [Theory]
    [InlineData("write")]
    [InlineData("read")]
    public void Lock_is_seen_by_qemu(string how)
    {
        Tool.Need("qemu-io");
        string[] arguments = how == "write" ? ["-f", "raw", "-c", "write 1M 512", _image] : ["-r", "-f", "raw", "-c", "read 0 512", _image];
        Tool.Run("qemu-io", arguments).ShouldSucceed();
        using (DiskImage.OpenWrite(_image))
        {
            var refused = Tool.Run("qemu-io", arguments);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("lock", refused.All, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-r")]
    public void OpenWrite_of_image_that_qemu_uses_is_refused(string option)
    {
        Tool.Need("qemu-io");
        using var qemu = Start("qemu-io", [.. option.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-f", "raw", "-c", "read 0 512", "-c", "sleep 60000", _image]);
        try
        {
            WaitForProcess.ToOpen(qemu, _image);
            Assert.Contains("QEMU", Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(_image)).Message, StringComparison.Ordinal);
            DiskImage.OpenRead(_image).Dispose();
        }
        finally
        {
            qemu.Kill(entireProcessTree: true);
            qemu.WaitForExit();
        }
        DiskImage.OpenWrite(_image).Dispose();
    }

    [Fact]
    public void Reading_is_not_in_the_way_of_a_lock()
    {
        Tool.Need("flock");
        using var reader = DiskImage.OpenRead(_image);
        Assert.Equal(0, Tool.Run("flock", "--nonblock", _image, "true").ExitCode);
        DiskImage.OpenWrite(_image).Dispose();
    }

    [Fact]
    public void Image_without_table_is_not_left_locked()
    {
        Tool.Need("flock");
        var path = _folder.Write("empty.img", new byte[4096]);
        Assert.Throws<CorruptImageException>(() => DiskImage.OpenWrite(path));
        Assert.Equal(0, Tool.Run("flock", "--nonblock", path, "true").ExitCode);
    }

    private static Process Start(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(Tool.Find(tool)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }
}
