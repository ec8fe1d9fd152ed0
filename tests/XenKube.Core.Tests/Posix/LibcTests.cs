using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using XenKube.Posix;
using XenKube.Tests.Support;

namespace XenKube.Tests.Posix;

public sealed class LibcTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_the_files_of_Libc_import_from_libc()
    {
        var importers = Directory.EnumerateFiles(Path.Combine(Project.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file) is var text && (text.Contains("[LibraryImport(", StringComparison.Ordinal) || text.Contains("[DllImport(", StringComparison.Ordinal)))
            .Select(Path.GetFileName);
        Assert.Equal(["Libc.Devices.cs", "Libc.Directories.cs", "Libc.Processes.cs", "Libc.cs"], importers.Order(StringComparer.Ordinal));
    }

    // arch/arm64/include/uapi/asm/fcntl.h and include/uapi/asm-generic/fcntl.h, which x86 uses
    [Theory]
    [InlineData(OpenFlags.Directory, 0x10000, 0x4000)]
    [InlineData(OpenFlags.NoFollow, 0x20000, 0x8000)]
    [InlineData(OpenFlags.Unnamed | OpenFlags.ReadWrite, 0x410002, 0x404002)]
    [InlineData(OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.CloseOnExec, 0x80042, 0x80042)]
    internal void Open_numbers_its_flags_as_the_kernel_of_the_architecture(OpenFlags flags, int x86, int arm)
    {
        Assert.Equal(x86, Libc.Native(flags, Architecture.X64));
        Assert.Equal(arm, Libc.Native(flags, Architecture.Arm64));
    }

    [Fact]
    public void Open_without_following_refuses_a_link()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        File.CreateSymbolicLink(file + ".link", file);
        using var opened = Libc.Open(file, OpenFlags.NoFollow);
        Assert.NotNull(opened);
        Assert.Null(Libc.Open(file + ".link", OpenFlags.NoFollow));
        Assert.Equal(Errno.TooManyLinks, Libc.LastError);
        Assert.Null(Libc.Open(file, OpenFlags.Directory));
        Assert.Equal(Errno.NotADirectory, Libc.LastError);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Status_says_what_stat_says()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "12345");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        File.CreateSymbolicLink(file + ".link", file);
        foreach (var (path, follow) in new[] { (file, true), (file + ".link", true), (file + ".link", false), (_folder.Path, true) })
        {
            var status = FileStatus.Read(path, follow)!.Value;
            Assert.Equal(Stat(path, follow), string.Create(CultureInfo.InvariantCulture,
                $"{status.Mode:x} {status.UserId} {status.GroupId} {status.Identity.Inode} {status.Size} {status.ModifiedNanoseconds / 1_000_000_000} {status.Identity.EncodedDevice}"));
        }
        Assert.Equal(FileIdentity.Of(file), FileIdentity.Of(file + ".link"));
        Assert.Equal(FileIdentity.TextOf(file), FileIdentity.TextOf(Path.Combine(_folder.Path, ".", "file.link")));
        Assert.Null(FileStatus.Read(file + "/nothing"));
        Assert.Equal(Path.GetFullPath(file + ".none"), FileIdentity.TextOf(file + ".none"));
    }

    private static string Stat(string path, bool follow)
    {
        var start = new ProcessStartInfo("stat", [.. follow ? new[] { "-L" } : [], "-c", "%f %u %g %i %s %Y %d", path]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
