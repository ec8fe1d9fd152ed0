using System.Diagnostics;
using System.Globalization;
using XenKube.FileSystems;
using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>The commands that edit a disk do what the programs of the same name do to files of the host.</summary>
[Trait("Kind", "Process")]
public sealed class DiskEditTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Modes_change_as_by_chmod()
    {
        Tool.Need("sh", "chmod", "stat");
        string[] modes = ["0000", "0644", "0755", "0600", "4755", "2711", "1777", "6444"];
        string[] changes = ["600", "0755", "7777", "+x", "-x", "=r", "u+x", "g-w", "o=", "a+rwx", "ug=rw", "u=rwx,g=rx,o=", "+X", "a+X", "u+s", "g+s", "ug-s", "+t", "o+t", "-t", "g=s", "u+rw-x", "go-rwx,u+x", "a=rX"];
        var script = $"umask 0; touch file; mkdir dir; for thing in file dir; do for mode in {string.Join(' ', modes)}; do for change in {string.Join(' ', changes)}; do "
            + "chmod 00000 $thing; chmod $mode $thing; before=$(stat -c %a $thing); chmod -- $change $thing; "
            + "echo $thing $before $change $(stat -c %a $thing); done; done; done";
        var lines = Shell(script).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2 * modes.Length * changes.Length, lines.Length);
        Assert.All(lines, line =>
        {
            var fields = line.Split(' ');
            var mode = FileModeChange.TryParse(fields[2])!.Apply(Convert.ToInt32(fields[1], 8), fields[0] == "dir");
            Assert.Equal(line, $"{fields[0]} {fields[1]} {fields[2]} {Convert.ToString(mode, 8)}");
        });
        Assert.All(["", "8", "77777", "u", "x", "u+y", "u+x,", "rwx", "u~x"], text => Assert.Null(FileModeChange.TryParse(text)));
    }

    [Theory]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -O inline_data")]
    [InlineData("-t ext3")]
    [InlineData("-t ext2")]
    public void Tree_is_what_the_programs_of_the_host_make_of_the_same_tree(string options)
    {
        Tool.Need("sh", "mke2fs", "e2fsck", "find");
        Assert.SkipWhen(!Environment.IsPrivilegedProcess, "owners need root");
        Shell("mkdir -p tree/etc/ssh tree/home/core; echo hostname > tree/etc/hostname; head -c 70000 /dev/urandom > tree/etc/ssh/key; ln -s hostname tree/etc/link; touch -d 2017-10-01 tree/etc/hostname").ShouldSucceed();
        Shell($"truncate -s 8M fs; mke2fs -q -F {options} -d tree fs").ShouldSucceed();
        (string[] Words, string Command)[] edits =
        [
            (["mkdir", "/a/b/c", "-p", "--mode", "0700"], "mkdir -m 0700 -p tree/a/b/c"),
            (["mkdir", "/a/b", "-p"], "mkdir -p tree/a/b"),
            (["cp", "/etc/hostname", "/a"], "cp -a tree/etc/hostname tree/a"),
            (["cp", "/etc/ssh/key", "/a/b/key"], "cp -a tree/etc/ssh/key tree/a/b/key"),
            (["cp", "/etc", "/copy", "-r"], "cp -a tree/etc tree/copy"),
            (["cp", "/etc", "/copy", "--recursive"], "cp -a tree/etc tree/copy"),
            (["ln", "/etc/hostname", "/home/core/second"], "ln tree/etc/hostname tree/home/core/second"),
            (["ln", "/etc/hostname", "/a"], "ln -f tree/etc/hostname tree/a/hostname-x; mv tree/a/hostname-x tree/a/hostname2; mv tree/a/hostname2 tree/a/dropped; rm tree/a/dropped"),
            (["ln", "../../etc/ssh/key", "/home/core/key", "-s"], "ln -s ../../etc/ssh/key tree/home/core/key"),
            (["ln", "/nowhere", "/a/b", "--symbolic"], "ln -s /nowhere tree/a/b"),
            (["chmod", "0600", "/etc/ssh/key"], "chmod 0600 tree/etc/ssh/key"),
            (["chmod", "g+rx,o=", "/etc/link"], "chmod g+rx,o= tree/etc/link"),
            (["chmod", "u=rwX,go=rX", "/copy", "-R"], "chmod -R u=rwX,go=rX tree/copy"),
            (["chown", "500:501", "/home/core/second"], "chown 500:501 tree/home/core/second"),
            (["chown", "70000", "/copy", "-R"], "chown -hR 70000 tree/copy"),
            (["chown", ":70001", "/copy/etc/link"], "chown :70001 tree/copy/etc/link"),
            (["chown", "7:8", "/etc/link", "--no-dereference"], "chown -h 7:8 tree/etc/link"),
            (["mv", "/a/b/key", "/a"], "mv tree/a/b/key tree/a"),
            (["rm", "/copy/etc", "-r"], "rm -r tree/copy/etc"),
            (["rm", "/copy/link", "-r"], "rm -r tree/copy/link"),
            (["rm", "/a/b/c"], "rmdir tree/a/b/c"),
        ];
        foreach (var (words, command) in edits)
        {
            var run = CommandLineRun.Of(["disk", words[0], _folder["fs"], "1", .. words[1..]]);
            if (words is ["ln", "/etc/hostname", "/a"])
            {
                // Something of that name is there.
                run.ShouldFailWith(_folder["fs"], "/a/hostname");
            }
            else
            {
                run.ShouldSucceed();
            }
            Shell(command).ShouldSucceed();
            Shell("e2fsck -fn fs").ShouldSucceed();
        }
        using var mounted = LoopMount.Need(_folder, _folder["fs"], "loop,ro");
        const string list = "-name lost+found -prune -o ! -path . -type d -printf '%P %y %m %U %G\\n' -o ! -type d -printf '%P %y %m %U %G %s %l %n\\n'";
        Assert.Equal(Shell($"cd tree && find . {list} | sort").ShouldSucceed().Output, Shell($"cd {mounted.Path} && find . {list} | sort").ShouldSucceed().Output);
        Shell($"diff -r --no-dereference --exclude lost+found tree {mounted.Path}").ShouldSucceed();
        Assert.Equal(Shell("stat -c %Y tree/a/hostname").Output, Shell($"stat -c %Y {mounted.Path}/a/hostname").Output);
    }

    [Fact]
    public void Tree_on_fat_is_what_mtools_show_and_what_fat_has_not_is_refused()
    {
        Tool.Need("sh", "mkfs.fat", "fsck.fat", "mdir", "mattrib", "mcopy");
        Shell("truncate -s 20M fs; mkfs.fat -F 16 fs").ShouldSucceed();
        CommandLineRun Disk(string verb, params string[] words) => CommandLineRun.Of(["disk", verb, _folder["fs"], "1", .. words]);
        Disk("mkdir", "/coreos/grub/deep", "-p").ShouldSucceed();
        CommandLineRun.WithInput("hello"u8.ToArray(), "disk", "put", _folder["fs"], "1", "/coreos/grub/a long name.cfg").ShouldSucceed();
        Disk("cp", "/coreos", "/copy", "-r").ShouldSucceed();
        Disk("cp", "/coreos/grub/a long name.cfg", "/coreos/grub/deep").ShouldSucceed();
        Disk("chmod", "a-w", "/copy/grub/a long name.cfg").ShouldSucceed();
        Assert.Equal("hello", Shell("mcopy -i fs '::copy/grub/a long name.cfg' -").ShouldSucceed().Output);
        Assert.Equal("hello", Shell("mcopy -i fs '::coreos/grub/deep/a long name.cfg' -").ShouldSucceed().Output);
        Assert.Contains(" R ", Shell("mattrib -i fs '::copy/grub/a long name.cfg'").ShouldSucceed().Output, StringComparison.Ordinal);
        Disk("rm", "/coreos", "-r").ShouldSucceed();
        Assert.DoesNotContain("coreos", Shell("mdir -b -i fs ::").ShouldSucceed().Output, StringComparison.OrdinalIgnoreCase);
        Disk("ln", "/copy/grub/a long name.cfg", "/second").ShouldFailWith(_folder["fs"], "link");
        Disk("ln", "/copy", "/second", "-s").ShouldFailWith(_folder["fs"], "link");
        Disk("chown", "500", "/copy").ShouldFailWith(_folder["fs"], "owner");
        Shell("fsck.fat -n fs").ShouldSucceed();
    }

    [Fact]
    public void Directory_that_is_not_empty_or_not_there_is_an_error_and_changes_nothing()
    {
        Tool.Need("sh", "mke2fs");
        Shell("mkdir -p tree/d/e; echo x > tree/file; truncate -s 4M fs; mke2fs -q -F -t ext4 -d tree fs").ShouldSucceed();
        var before = Shell("sha256sum fs").Output;
        CommandLineRun Disk(string verb, params string[] words) => CommandLineRun.Of(["disk", verb, _folder["fs"], "1", .. words]);
        Disk("rm", "/d").ShouldFailWith(_folder["fs"], "/d");
        Disk("rm", "/nothing", "-r").ShouldFailWith(_folder["fs"], "there is nothing to remove");
        Disk("rm", "/", "-r").ShouldFailWith(_folder["fs"], "the root directory");
        Disk("rm", "/d/..", "-r").ShouldFailWith(_folder["fs"], "does not end in a name");
        Disk("rm", "/d/e/../.", "-r").ShouldFailWith(_folder["fs"], "does not end in a name");
        Disk("mkdir", "/file/x", "-p").ShouldFailWith(_folder["fs"], "/file");
        Disk("mkdir", "/d").ShouldFailWith(_folder["fs"], "/d");
        Disk("cp", "/d", "/copy").ShouldFailWith(_folder["fs"], "/d");
        Disk("cp", "/d", "/d/e", "-r").ShouldFailWith(_folder["fs"], "into itself");
        Disk("chmod", "u+y", "/file").ShouldFailWith("MODE", "neither an octal mode");
        Disk("chmod", "600", "/nothing").ShouldFailWith(_folder["fs"], "/nothing");
        Disk("chown", "core", "/file").ShouldFailWith("OWNER", "'core'");
        Disk("ln", "/d", "/second").ShouldFailWith(_folder["fs"], "a directory has one name only");
        Assert.Equal(before, Shell("sha256sum fs").Output);
    }

    [Fact]
    public void Free_space_is_what_the_kernel_counts()
    {
        Tool.Need("sh", "mke2fs", "mkfs.fat", "mdir", "stat");
        Shell("mkdir tree; head -c 300000 /dev/urandom > tree/file; truncate -s 30M ext; mke2fs -q -F -t ext4 -d tree ext; truncate -s 30M fat; mkfs.fat -F 16 fat").ShouldSucceed();
        foreach (var image in new[] { "ext", "fat" })
        {
            var json = System.Text.Json.JsonDocument.Parse(CommandLineRun.Of("disk", "df", _folder[image], "--json").ShouldSucceed().Output).RootElement;
            var row = Assert.Single(json.EnumerateArray());
            Assert.Equal(30 << 20, row.GetProperty("size").GetInt64());
            Assert.Equal(row.GetProperty("size").GetInt64(), row.GetProperty("used").GetInt64() + row.GetProperty("free").GetInt64());
            if (image == "fat")
            {
                var line = Shell("mdir -i fat ::").ShouldSucceed().Output.Split('\n').Single(text => text.Contains("bytes free", StringComparison.Ordinal));
                Assert.Equal(long.Parse(string.Concat(line.Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture), row.GetProperty("free").GetInt64());
                continue;
            }
            using var mounted = LoopMount.Need(_folder, _folder[image], "loop,ro");
            var fields = Shell($"stat -f -c '%f %S' {mounted.Path}").ShouldSucceed().Output.Split(' ').Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(fields[0] * fields[1], row.GetProperty("free").GetInt64());
        }
        Assert.Contains("ext4", CommandLineRun.Of("disk", "df", _folder["ext"], "1").ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_waits_for_the_lock_as_long_as_it_is_told_and_no_longer()
    {
        Tool.Need("sh", "mke2fs", "flock");
        Shell("truncate -s 4M fs; mke2fs -q -F -t ext4 fs").ShouldSucceed();
        using var holder = Process.Start(new ProcessStartInfo("flock", [_folder["fs"], "sh", "-c", "echo held; read end"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        string[] edit = ["disk", "mkdir", _folder["fs"], "1", "/made"];
        CommandLineRun.Of(edit).ShouldFailWith(_folder["fs"], "holds its lock");
        CommandLineRun.Of([.. edit, "--wait", "1"]).ShouldFailWith(_folder["fs"], "holds its lock");
        var waiting = Task.Run(() => CommandLineRun.Of([.. edit, "--wait", "600"]));
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(500)));
        holder.StandardInput.Close();
        (await waiting).ShouldSucceed();
        await holder.WaitForExitAsync();
        Assert.Equal(2, CommandLineRun.Of([.. edit, "--wait", "soon"]).ExitCode);
    }

    private ToolResult Shell(string command) => Tool.Run("sh", ["-c", command], null, _folder.Path);
}
