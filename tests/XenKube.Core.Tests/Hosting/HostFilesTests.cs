using System.Net;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Posix;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>The host's own files: nothing of them is lost, for every owner, through every kind of link, and beside every other editor.</summary>
public sealed class HostFilesTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private readonly TemporaryDirectory _folder = new();

    public HostFilesTests()
    {
        // Others may pass, for the tests that are run as nobody.
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ed);
    }

    public void Dispose() => _folder.Dispose();

    private BackupStore Backups => new(_folder["backups"]);

    private static IEnumerable<DhcpReservation> Some => DhcpReservations.Range(11, 12, IPAddress.Parse("192.168.100.1"));

    /// <summary>The four files of the guide, each with the change that is made to it.</summary>
    public static TheoryData<string, string> Files => new()
    {
        { "hostsfile", "# by hand\n" },
        { "rules.v4", FirewallRulesTests.Guide },
        { "ntp.conf", "# by hand\n#broadcast 192.168.123.255\n" },
        { "xen", "# the site of before\n" },
    };

    private SystemChange Change(string name, string path) => name switch
    {
        "hostsfile" => DhcpReservations.Read(path).With(Some).ToChange(),
        "rules.v4" => new SystemChange("firewall", [.. FirewallRules.Read(path).WithPort(new FirewallPort(80)).ToChange(load: false).Files]),
        "ntp.conf" => TimeServer.Read(path, TimeServerKind.Ntp).WithBroadcast(IPAddress.Parse("192.168.100.255")).ToChange(restart: false),
        _ => new SystemChange("site", [FileChange.Content(path, System.Text.Encoding.UTF8.GetBytes(new NginxSite { Root = _folder.Path }.Text))]),
    };

    private static string Owner(string path) => Tool.Run("stat", "-c", "%u %g %a %F", path).ShouldSucceed().Output.TrimEnd();

    [Theory]
    [MemberData(nameof(Files))]
    [Trait("Kind", "Process")]
    public void Owner_and_mode_are_kept_and_the_backup_has_what_was_there(string name, string text)
    {
        Assert.SkipWhen(Libc.UserId != 0, "only root can give files away");
        var path = _folder.Write(name, text);
        Tool.Run("chown", "12345:23456", path).ShouldSucceed();
        File.SetUnixFileMode(path, OwnerAndGroup);
        var backup = Change(name, path).Apply(Backups);
        Assert.NotEqual(text, File.ReadAllText(path));
        Assert.Equal("12345 23456 640 regular file", Owner(path));
        Assert.Equal([path], backup!.Paths);
        Assert.Equal(text, File.ReadAllText(Assert.Single(Directory.GetFiles(backup.Directory, $"*-{name}"))));
        BackupStore.Restore(backup);
        Assert.Equal(text, File.ReadAllText(path));
        Assert.Equal("12345 23456 640 regular file", Owner(path));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void File_behind_links_is_changed_where_it_is_and_comes_back(string name, string text)
    {
        var real = _folder.Write($"real/{name}", text);
        File.SetUnixFileMode(real, OwnerAndGroup);
        var middle = _folder["middle"];
        File.CreateSymbolicLink(middle, $"real/{name}");
        var path = _folder[name];
        File.CreateSymbolicLink(path, middle);
        var backup = Change(name, path).Apply(Backups)!;
        Assert.Equal((middle, $"real/{name}"), (new FileInfo(path).LinkTarget, new FileInfo(middle).LinkTarget));
        Assert.NotEqual(text, File.ReadAllText(real));
        Assert.Equal(OwnerAndGroup, File.GetUnixFileMode(real));
        Assert.Equal(text, File.ReadAllText(Assert.Single(Directory.GetFiles(backup.Directory, $"*-{name}"))));
        BackupStore.Restore(backup);
        Assert.Equal(text, File.ReadAllText(real));
        Assert.Equal((middle, $"real/{name}"), (new FileInfo(path).LinkTarget, new FileInfo(middle).LinkTarget));
    }

    [Fact]
    public void Link_to_nothing_gets_its_file_and_a_circle_of_links_is_an_error()
    {
        var path = _folder["hostsfile"];
        Directory.CreateDirectory(_folder["real"]);
        File.CreateSymbolicLink(path, "real/hostsfile");
        var backup = Change("hostsfile", path).Apply(Backups)!;
        Assert.Equal("real/hostsfile", new FileInfo(path).LinkTarget);
        Assert.Equal(2, DhcpReservations.Read(_folder["real/hostsfile"]).Items.Count);
        BackupStore.Restore(backup);
        Assert.False(File.Exists(_folder["real/hostsfile"]));
        File.CreateSymbolicLink(_folder["a"], "b");
        File.CreateSymbolicLink(_folder["b"], "a");
        Assert.Equal("FileNotReadable", Assert.Throws<OperationFailedException>(() => DhcpReservations.Read(_folder["a"])).ErrorId);
        Assert.Equal("FileNotReadable", Assert.Throws<OperationFailedException>(() => FileChange.Content(_folder["a"], [])).ErrorId);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void File_changed_between_look_and_replace_is_left_as_it_is(string name, string text)
    {
        var path = _folder.Write(name, text);
        var change = Change(name, path);
        File.AppendAllText(path, "# somebody else\n");
        var error = Assert.Throws<ItemInUseException>(() => change.Apply(Backups));
        Assert.Equal(("FileChangedMeanwhile", path), (error.ErrorId, error.File));
        Assert.Equal(text + "# somebody else\n", File.ReadAllText(path));
        Assert.Empty(Backups.List());
        File.Delete(path);
        Assert.Equal("FileChangedMeanwhile", Assert.Throws<ItemInUseException>(() => change.Apply(Backups)).ErrorId);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void File_changed_between_read_and_plan_is_left_as_it_is(string name, string text)
    {
        var path = _folder.Write(name, text);
        Func<SystemChange> plan = name switch
        {
            "hostsfile" => () => DhcpReservations.Read(path).With(Some) is var edited && Interfere(path) ? edited.ToChange() : null!,
            "rules.v4" => () => FirewallRules.Read(path).WithPort(new FirewallPort(80)) is var edited && Interfere(path) ? new SystemChange("firewall", edited.ToChange(load: false).Files) : null!,
            "ntp.conf" => () => TimeServer.Read(path, TimeServerKind.Ntp).WithBroadcast(IPAddress.Parse("192.168.100.255")) is var edited && Interfere(path) ? edited.ToChange(restart: false) : null!,
            _ => () => Change(name, path) is var change && Interfere(path) ? change : null!,
        };
        Assert.Equal("FileChangedMeanwhile", Assert.Throws<ItemInUseException>(() => plan().Apply(Backups)).ErrorId);
        Assert.Equal(text + "# somebody else\n", File.ReadAllText(path));
    }

    private static bool Interfere(string path)
    {
        File.AppendAllText(path, "# somebody else\n");
        return true;
    }

    [Fact]
    public void Of_many_that_edit_one_file_at_once_none_is_lost()
    {
        var path = _folder.Write("hostsfile", "# by hand\n");
        Parallel.For(10, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            while (true)
            {
                var change = DhcpReservations.Read(path).With(DhcpReservations.Range(number, number, IPAddress.Parse("192.168.100.1"))).ToChange();
                try
                {
                    change.Apply(Backups);
                    return;
                }
                catch (ItemInUseException e) when (e.ErrorId == "FileChangedMeanwhile")
                {
                    // Somebody was faster: looked at again.
                }
            }
        });
        var file = DhcpReservations.Read(path);
        Assert.Equal(Enumerable.Range(10, 30), file.Items.Select(item => (int)item.IPAddress.GetAddressBytes()[3]).Order());
        Assert.StartsWith("# by hand\n", file.ToString(), StringComparison.Ordinal);
        // One backup each, and each is the file before the one that came next.
        Assert.Equal(30, Backups.List().Count);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void What_is_not_ours_is_not_touched_and_the_error_says_so()
    {
        Assert.SkipWhen(Libc.UserId != 0, "only root can become somebody else");
        Tool.Need("setpriv");
        _folder.Write("xen/xenkube.json", $$"""{ "reservationsFile": "{{_folder["etc/hostsfile"]}}" }""");
        var path = _folder.Write("etc/hostsfile", "# root's\n");
        Tool.Run("chown", "-R", "nobody", _folder["xen"]).ShouldSucceed();
        CommandLineRun Apply()
        {
            var result = Tool.Run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", $"HOME={_folder["xen"]}", "DOTNET_EnableDiagnostics=0", Tool.Find("dotnet")!, Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), "host", "apply", "--step", "reservations", "--no-activate", "--xen-dir", _folder["xen"]);
            Assert.SkipWhen(result.All.Contains("was not found", StringComparison.Ordinal), "nobody may not read the program");
            return new CommandLineRun(result.ExitCode, result.Output, result.Error);
        }
        var refused = Apply();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("run this as root", refused.Error, StringComparison.Ordinal);
        Assert.Equal("# root's\n", File.ReadAllText(path));
        Assert.Equal("0 0 644 regular file", Owner(path));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Writing_into_the_directory_of_somebody_else_is_refused()
    {
        Assert.SkipWhen(Libc.UserId != 0, "only root can become somebody else");
        // root is stopped by an immutable file only; not every file system has them.
        var path = _folder.Write("etc/hostsfile", "# before\n");
        Assert.SkipWhen(Tool.Find("chattr") is null || Tool.Run("chattr", "+i", _folder["etc"]).ExitCode != 0, "no immutable files here");
        try
        {
            var error = Assert.Throws<OperationFailedException>(() => Change("hostsfile", path).Apply(Backups));
            Assert.Equal("FileNotWritable", error.ErrorId);
            Assert.Equal("# before\n", File.ReadAllText(path));
        }
        finally
        {
            Tool.Run("chattr", "-i", _folder["etc"]).ShouldSucceed();
        }
    }

    [Fact]
    public void Without_a_backup_nothing_is_changed()
    {
        var path = _folder.Write("hostsfile", "# before\n");
        _folder.Write("backups", "a file where the directory belongs");
        var error = Assert.Throws<OperationFailedException>(() => Change("hostsfile", path).Apply(Backups));
        Assert.Equal("BackupFailed", error.ErrorId);
        Assert.Equal("# before\n", File.ReadAllText(path));
    }

    [Fact]
    public void Site_that_is_a_file_in_sites_enabled_has_its_backup_and_a_directory_is_refused()
    {
        var enabled = _folder.Write("nginx/sites-enabled/xen", "# no link\n");
        var site = new NginxSite { Root = _folder["xen"], ConfigDirectory = _folder["nginx"] };
        var backup = new SystemChange("site", [.. site.ToChange().Files]).Apply(Backups)!;
        Assert.Equal(site.AvailablePath, new FileInfo(enabled).LinkTarget);
        BackupStore.Restore(backup);
        Assert.Equal(("# no link\n", (string?)null), (File.ReadAllText(enabled), new FileInfo(enabled).LinkTarget));
        Assert.False(File.Exists(site.AvailablePath));
        File.Delete(enabled);
        Directory.CreateDirectory(enabled);
        Assert.Equal("FileInvalid", Assert.Throws<InvalidInputException>(() => new SystemChange("site", [.. site.ToChange().Files]).Apply(Backups)).ErrorId);
        Assert.False(File.Exists(site.AvailablePath));
        _folder.Write("other", "");
        Assert.Equal("DirectoryInvalid", Assert.Throws<InvalidInputException>(() => (site with { ConfigDirectory = _folder["nginx"], Name = "x" } is var odd ? FileChange.Directory(_folder["other"]) : null)).ErrorId);
    }

    [Fact]
    public void Change_that_is_cancelled_puts_everything_back()
    {
        var path = _folder.Write("hostsfile", "# before\n");
        using var cancel = new CancellationTokenSource();
        var change = new SystemChange("reservations", [.. Change("hostsfile", path).Files])
        {
            Activate = token =>
            {
                cancel.Cancel();
                token.ThrowIfCancellationRequested();
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(() => change.Apply(Backups, cancellationToken: cancel.Token));
        Assert.Equal("# before\n", File.ReadAllText(path));
        Assert.Empty(Backups.List());
    }
}
