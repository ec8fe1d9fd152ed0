using System.Diagnostics;
using System.Globalization;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

public sealed class ImageGuardTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly string _image;

    public ImageGuardTests()
    {
        _image = _folder.Write("disk.img", new byte[1 << 20]);
        Directory.CreateDirectory(_folder["system"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Image_that_nobody_uses_is_accepted() => Check();

    [Fact]
    [Trait("Kind", "Process")]
    public void Image_on_loop_device_is_refused_also_under_another_name()
    {
        Tool.Need("losetup");
        var attached = Tool.Run("losetup", "--find", "--show", _image);
        Assert.SkipWhen(attached.ExitCode != 0, $"this machine lets nobody attach loop devices: {attached.All}");
        var loop = attached.Output.Trim();
        try
        {
            File.CreateSymbolicLink(_folder["other.img"], _image);
            Assert.Contains(loop, Assert.Throws<ItemInUseException>(() => Check()).Message, StringComparison.Ordinal);
            Assert.Contains(loop, Assert.Throws<ItemInUseException>(() => Check(_folder["other.img"])).Message, StringComparison.Ordinal);
            Tool.Run("mv", _image, _folder["moved.img"]).ShouldSucceed();
            Assert.Throws<ItemInUseException>(() => Check(_folder["moved.img"]));
            // Another file under the old name is another file.
            File.WriteAllBytes(_image, new byte[512]);
            Check();
        }
        finally
        {
            Tool.Run("losetup", "--detach", loop).ShouldSucceed();
        }
        Check(_folder["moved.img"]);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Mounted_image_is_refused()
    {
        Tool.Need("mke2fs", "mount");
        Tool.Run("mke2fs", "-q", "-F", _image).ShouldSucceed();
        var place = Directory.CreateDirectory(_folder["mnt"]).FullName;
        var mounted = Tool.Run("mount", "-o", "loop,ro", _image, place);
        Assert.SkipWhen(mounted.ExitCode != 0, $"this machine lets nobody mount: {mounted.All}");
        try
        {
            Assert.Throws<ItemInUseException>(() => Check());
        }
        finally
        {
            KernelMount.End(place);
        }
        Check();
    }

    [Fact]
    public void Loop_device_that_may_not_be_asked_is_told_by_its_path()
    {
        _folder.Write("system/sys/block/loop3/loop/backing_file", _image + "\n");
        var error = Assert.Throws<ItemInUseException>(() => Check(system: _folder["system"]));
        Assert.Equal("ImageInUse", error.ErrorId);
        Assert.Contains("/dev/loop3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_mounted_by_name_is_refused()
    {
        var escaped = _image.Replace(" ", "\\040", StringComparison.Ordinal);
        _folder.Write("system/proc/self/mountinfo", $"22 1 0:21 / /mnt/a\\040b rw,relatime shared:2 - fuse.fuse2fs {escaped} rw\n");
        Assert.Contains("/mnt/a b", Assert.Throws<ItemInUseException>(() => Check(system: _folder["system"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_file_of_a_device_model_counts_on_a_xen_host_only()
    {
        _folder.Write("system/proc/77/comm", "qemu-system-i38\n");
        Directory.CreateDirectory(_folder["system/proc/77/fd"]);
        File.CreateSymbolicLink(_folder["system/proc/77/fd/12"], _image);
        Check(system: _folder["system"]);
        _folder.Write("system/sys/hypervisor/type", "xen\n");
        Assert.Contains("process 77", Assert.Throws<ItemInUseException>(() => Check(system: _folder["system"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Real_qemu_without_locks_is_found_by_its_open_files()
    {
        Tool.Need("qemu-io");
        using var qemu = Process.Start(new ProcessStartInfo(
            Tool.Find("qemu-io")!, ["--image-opts", $"driver=file,filename={_image},locking=off", "-c", "read 0 512", "-c", "sleep 60000"]) { RedirectStandardOutput = true })!;
        try
        {
            WaitForProcess.ToOpen(qemu, _image);
            var error = Assert.Throws<ItemInUseException>(() => Check());
            Assert.Contains(qemu.Id.ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        }
        finally
        {
            qemu.Kill();
            qemu.WaitForExit();
        }
    }

    [Theory]
    [InlineData("exec 3<>disk.img; echo open; exec sleep 60", true)]
    [InlineData("exec 3>>disk.img; echo open; exec sleep 60", true)]
    [InlineData("exec 3<disk.img; echo open; exec sleep 60", false)]
    [Trait("Kind", "Process")]
    public void Image_that_a_program_may_write_to_is_refused_by_whatever_path_it_was_opened(string script, bool isRefused)
    {
        using var program = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true, WorkingDirectory = _folder.Path })!;
        try
        {
            Assert.Equal("open", program.StandardOutput.ReadLine());
            if (isRefused)
            {
                var error = Assert.Throws<ItemInUseException>(() => Check());
                Assert.Contains(program.Id.ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
                Assert.Contains("sleep", error.Message, StringComparison.Ordinal);
                Assert.NotEqual(OtherWriters.None, WriterProbe.Look(_image));
            }
            else
            {
                Check();
                // A process that another test has just started holds what this one wrote, until it has become the new program.
                Assert.True(SpinWait.SpinUntil(() => WriterProbe.Look(_image) != OtherWriters.Some, TimeSpan.FromMinutes(1)));
            }
        }
        finally
        {
            program.Kill(entireProcessTree: true);
            program.WaitForExit();
        }
        Check();
    }

    [Fact]
    [Trait("Kind", "Process")]
    public async Task Copies_of_open_files_in_a_process_that_is_being_started_are_waited_for()
    {
        // What fork(2) leaves: another process with the same command line and the same open files, here until it reads a line.
        const string script = "( exec 3<>disk.img; echo open; read line; exec 3>&-; echo closed; read line ); true";
        using var program = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = _folder.Path })!;
        try
        {
            Assert.Equal("open", program.StandardOutput.ReadLine());
            var check = Task.Run(() => Check());
            // Long enough to be refused, if the check did not wait.
            Assert.NotSame(check, await Task.WhenAny(check, Task.Delay(500, TestContext.Current.CancellationToken)));
            program.StandardInput.WriteLine();
            Assert.Equal("closed", program.StandardOutput.ReadLine());
            Assert.Null(await Record.ExceptionAsync(() => check));
        }
        finally
        {
            program.Kill(entireProcessTree: true);
            program.WaitForExit();
        }
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Process_that_goes_on_with_the_open_files_of_its_parent_is_named()
    {
        const string script = "( exec 3<>disk.img; echo open; read line ); true";
        using var program = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = _folder.Path })!;
        try
        {
            Assert.Equal("open", program.StandardOutput.ReadLine());
            Assert.Contains("sh -c", Assert.Throws<ItemInUseException>(() => Check()).Message, StringComparison.Ordinal);
        }
        finally
        {
            program.Kill(entireProcessTree: true);
            program.WaitForExit();
        }
    }

    [Fact]
    public void Writer_that_is_not_seen_is_believed_to_the_kernel()
    {
        using var device = FileDevice.Open(_image, writable: true);
        Directory.CreateDirectory(_folder["system/proc"]);
        ImageGuard.Check(device, null, _folder["system"], OtherWriters.Unknown);
        ImageGuard.Check(device, null, _folder["system"], OtherWriters.None);
        Assert.Equal(ImageGuard.UnseenProcess, Assert.Throws<ItemInUseException>(() => ImageGuard.Check(device, null, _folder["system"], OtherWriters.Some)).ProcessId);
    }

    [Theory]
    [InlineData("absolute")]
    [InlineData("relative")]
    [InlineData("name space")]
    [Trait("Kind", "Process")]
    public void File_system_mounted_by_fuse2fs_is_refused_until_it_is_unmounted(string kind)
    {
        Tool.Need("fuse2fs", "mke2fs", "unshare");
        Assert.SkipWhen(!File.Exists("/dev/fuse") || !Environment.IsPrivilegedProcess, "FUSE needs /dev/fuse and root here");
        Tool.Run("mke2fs", "-q", "-F", _image).ShouldSucceed();
        Directory.CreateDirectory(_folder["mnt"]);
        var script = $"fuse2fs {(kind == "absolute" ? _image : "disk.img")} mnt -o rw || exit 1; echo mounted; read end; umount mnt";
        string[] arguments = kind == "name space" ? ["unshare", "-m", "sh", "-c", script] : ["sh", "-c", script];
        using var program = Process.Start(new ProcessStartInfo(arguments[0], arguments[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
        })!;
        var mounted = program.StandardOutput.ReadLine();
        Assert.SkipWhen(mounted != "mounted", "this machine lets nobody mount by FUSE");
        try
        {
            Assert.Throws<ItemInUseException>(() => Check());
        }
        finally
        {
            program.StandardInput.WriteLine("end");
            program.WaitForExit();
        }
        for (var wait = 0; wait < 100 && WriterProbe.Look(_image) == OtherWriters.Some; wait++)
        {
            Thread.Sleep(100);
        }
        Check();
    }

    [Fact]
    public void Image_of_a_running_domain_is_refused_by_its_full_path()
    {
        File.CreateSymbolicLink(_folder["link.img"], _image);
        using var device = FileDevice.Open(_folder["link.img"], writable: true);
        var probe = new Probe();
        Assert.Contains("the guest etcd-node-1 is running", Assert.Throws<ItemInUseException>(() => ImageGuard.Check(device, probe, _folder["system"])).Message, StringComparison.Ordinal);
        Assert.Equal(_image, probe.Asked);
    }

    [Fact]
    public void Guest_is_named_before_its_loop_device()
    {
        _folder.Write("system/sys/block/loop3/loop/backing_file", _image + "\n");
        using var device = FileDevice.Open(_image, writable: true);
        var error = Assert.Throws<ItemInUseException>(() => ImageGuard.Check(device, new Probe(), _folder["system"]));
        Assert.Contains("the guest etcd-node-1 is running", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("loop", error.Message, StringComparison.Ordinal);
    }

    private void Check(string? path = null, string system = "/")
    {
        using var device = FileDevice.Open(path ?? _image, writable: true);
        ImageGuard.Check(device, null, system);
    }

    private sealed class Probe : IImageUseProbe
    {
        public string? Asked { get; private set; }

        public ImageUser? FindUser(string path)
        {
            Asked = path;
            return new ImageUser("the guest etcd-node-1 is running and has it as a disk", "Stop it");
        }
    }
}
