using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Attacks;

/// <summary>Faults of the system and of its environment, made from outside by strace, mounts and variables.</summary>
[Trait("Kind", "Process")]
public sealed class InjectionTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Program => Path.Combine(AppContext.BaseDirectory, "xenkube");

    private Dictionary<string, string> Environment => new() { ["XENDIR"] = _folder["xen"] };

    [Fact]
    public void Calls_that_fail_or_kill_lose_nothing()
    {
        Tool.Need("python3", "strace", "e2fsck");
        var run = Tool.Run("python3", [Project.Tests("attacks", "inject.py"), "--xenkube", Program, "--count", "12", "--work", _folder.Path], null, null, TimeSpan.FromMinutes(20));
        Assert.SkipWhen(run.ExitCode == 75, "strace may not trace here");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains(", 0 lost", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fsync:error=EIO:when=1+", "key", "import")]
    [InlineData("fsync:error=ENOSPC:when=1+", "key", "import")]
    [InlineData("fsync:error=EIO:when=1+", "cluster", "new")]
    [InlineData("pwrite64:error=ENOSPC:when=2+", "key", "import")]
    public void Write_that_is_not_durable_is_no_success(string fault, params string[] command)
    {
        Tool.Need("strace");
        Assert.SkipWhen(Tool.Run("strace", "-qq", "-o", "/dev/null", "true").ExitCode != 0, "strace may not trace here");
        Directory.CreateDirectory(_folder["xen/guests"]);
        string[] last = command[0] == "key" ? [.. command, Project.Tests("assets", "Sample_Image_Signing_Key.asc")] : [.. command, "etcd"];
        var run = Tool.Run("strace", ["-f", "-qq", "-o", "/dev/null", "-e", $"inject={fault}", Program, .. last, "--xen-dir", _folder["xen"]], null);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(_folder["xen"], run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
        Assert.Equal(0, Tool.Run(Program, [.. last, "--xen-dir", _folder["xen"]], null).ExitCode is 0 or 1 ? 0 : 1);
    }

    [Fact]
    public void Limit_of_the_size_of_files_ends_no_command_and_loses_nothing()
    {
        Tool.Need("python3", "strace", "e2fsck", "prlimit");
        var run = Tool.Run("python3", [Project.Tests("attacks", "inject.py"), "--xenkube", Program, "--limits", "--count", "12", "--work", _folder.Path], null, null, TimeSpan.FromMinutes(20));
        Assert.SkipWhen(run.ExitCode == 75, "strace may not trace here");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains(", 0 lost", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key", "import")]
    [InlineData("setting", "set")]
    [InlineData("image", "save")]
    public void Limit_of_the_size_of_files_is_an_error_with_its_remedy(params string[] command)
    {
        Tool.Need("prlimit");
        Directory.CreateDirectory(_folder["xen/guests"]);
        string[] last = command[0] switch
        {
            "key" => [.. command, Project.Tests("assets", "Sample_Image_Signing_Key.asc")],
            "setting" => [.. command, "memory", "3072"],
            _ => [.. command, "1520.9.0", "--skip-verification", "--base-uri", Project.Tests("assets", "release")],
        };
        // A program that is not native reserves memory by a file larger than any limit of sizes.
        var run = Tool.Run("env", ["DOTNET_EnableWriteXorExecute=0", "prlimit", "--fsize=0:0", Program, .. last, "--xen-dir", _folder["xen"]], null);
        Assert.True(run.ExitCode == 1, run.All);
        Assert.Contains(_folder["xen"], run.Error, StringComparison.Ordinal);
        Assert.Contains("ulimit -f", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
        Assert.Equal(0, Tool.Run(Program, [.. last, "--xen-dir", _folder["xen"]], null).ExitCode);
    }

    [Fact]
    public void Full_disk_does_not_keep_a_node_from_being_removed()
    {
        var script = """
            set -e; mount -t tmpfs -o size=1m,nr_inodes=40 none "$1"; mkdir -p "$1/guests/etcd" "$1/nginx/etcd"; echo x > "$1/guests/etcd/node-1.ct"
            i=0; while touch "$1/fill$i" 2>/dev/null; do i=$((i+1)); done; cat /dev/zero > "$1/fill0" 2>/dev/null || true
            "$2" node remove etcd/node-1 --xen-dir "$1"; test ! -e "$1/guests/etcd/node-1.ct"; echo removed
            """;
        Directory.CreateDirectory(_folder["xen"]);
        Assert.SkipWhen(Tool.Run("unshare", "--user", "--map-root-user", "--mount", "true").ExitCode != 0, "there are no user namespaces here");
        var run = Tool.Run("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", _folder["xen"], Program);
        Assert.True(run.Output.Contains("removed", StringComparison.Ordinal), run.Output + run.Error);
    }

    [Fact]
    public void Root_for_another_user_ignores_that_users_programs()
    {
        // In a user namespace everybody can be root.
        Assert.SkipWhen(Tool.Run("unshare", "--user", "--map-root-user", "true").ExitCode != 0, "there are no user namespaces here");
        Script.Write(_folder["xl"], $"#!/bin/sh\ntouch '{_folder["ran"]}'\n");
        Directory.CreateDirectory(_folder["xen/guests"]);
        string[] Arguments(params string[] variables) => ["--user", "--map-root-user", "env", .. variables, Program, "guest", "list", "--xen-dir", _folder["xen"]];
        Tool.Run("unshare", Arguments($"XENKUBE_XL={_folder["xl"]}", "SUDO_UID=1000"));
        Tool.Run("unshare", Arguments($"PATH={_folder.Path}:/usr/bin:/bin", "SUDO_UID=1000"));
        Assert.False(File.Exists(_folder["ran"]), "a program of the caller ran");
        Tool.Run("unshare", Arguments($"XENKUBE_XL={_folder["xl"]}"));
        Assert.True(File.Exists(_folder["ran"]), "without sudo the variable counts");
        File.Delete(_folder["ran"]);
        Tool.Run("unshare", Arguments($"PATH={_folder.Path}:/usr/bin:/bin"));
        Assert.True(File.Exists(_folder["ran"]), "without sudo PATH counts");
        File.Delete(_folder["ran"]);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1FF);
        Tool.Run("unshare", Arguments($"PATH={_folder.Path}:/usr/bin:/bin"));
        Assert.False(File.Exists(_folder["ran"]), "a program that anybody could have put there ran");
    }

    [Fact]
    public void Limit_of_open_files_ends_in_one_line()
    {
        Directory.CreateDirectory(_folder["xen/guests"]);
        foreach (var limit in new[] { "24", "32", "40", "48", "64", "80" })
        {
            var run = Tool.Run("sh", "-c", $"ulimit -n {limit}; exec \"$@\"", "sh", Program, "cluster", "list", "--xen-dir", _folder["xen"]);
            Assert.True(run.ExitCode is 0 or 1, $"{limit}: {run.ExitCode} {run.Output}{run.Error}");
            Assert.True(run.ExitCode == 0 || (run.Error.Trim().Split('\n').Length == 1 && run.Error.Contains("ulimit -n", StringComparison.Ordinal)), run.Error);
        }
    }
}
