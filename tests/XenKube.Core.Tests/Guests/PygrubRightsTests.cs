using XenKube.Guests;
using XenKube.Networks;
using XenKube.Posix;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>pygrub is started without root's rights, and the disk is readable for its user.</summary>
[Trait("Kind", "Process")]
public sealed class PygrubRightsTests : IDisposable
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/bash\nxenkube-boot:x:64990:64990::/nonexistent:/usr/sbin/nologin\n";

    private readonly TemporaryDirectory _folder = new();

    public PygrubRightsTests() => _folder.Write("root/etc/passwd", Passwd);

    private string Disk => _folder["node-1.img"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Start_tells_xl_the_user_and_makes_the_disk_readable_for_it()
    {
        Assert.SkipWhen(Libc.UserId != 0, "only root gives files to another group");
        Make(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var script = Script.Write(_folder["xl"], $"""
            #!/bin/sh
            case $1 in
              list) cat '{Project.Tests("fixtures", "xl")}/list-only-dom0.stdout';;
              create) env | grep LIBXL_ > '{_folder["environment"]}';;
            esac
            """);
        var options = new XlOptions { Path = script, SystemRoot = _folder["root"], LogDirectory = _folder.Path };
        var warnings = new List<string>();
        var config = XenGuestConfig.Read(_folder["node-1.cfg"]);
        // As in a start, which holds the disks of its guest.
        using var held = GuestImageLocks.Take(config);
        var variables = new PygrubRights(_folder["root"]).Prepare(config, warnings.Add);
        new XlDriver(options).Create(_folder["node-1.cfg"], paused: false, variables, TestContext.Current.CancellationToken);
        Assert.Equal("LIBXL_BOOTLOADER_USER=xenkube-boot\n", File.ReadAllText(_folder["environment"]));
        Assert.Empty(warnings);
        Assert.Equal("0 64990 640\n", Tool.Run("stat", "-c", "%u %g %a", Disk).Output);
    }

    [Fact]
    public void Disk_of_a_group_that_somebody_chose_is_left_alone_with_a_warning()
    {
        Assert.SkipWhen(Libc.UserId != 0, "only root gives files to another group");
        Make(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Tool.Run("chgrp", "12345", Disk).ShouldSucceed();
        var warnings = new List<string>();
        Assert.Empty(new PygrubRights(_folder["root"]).Prepare(XenGuestConfig.Read(_folder["node-1.cfg"]), warnings.Add));
        Assert.Contains("runs as root", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal("12345 640\n", Tool.Run("stat", "-c", "%g %a", Disk).Output);
    }

    [Fact]
    public void Group_of_another_number_is_named_because_pygrub_takes_the_users_number()
    {
        _folder.Write("root/etc/passwd", Passwd.Replace("64990:64990", "64990:64991", StringComparison.Ordinal));
        Make(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var warnings = new List<string>();
        var rights = new PygrubRights(_folder["root"]);
        Assert.Empty(rights.Prepare(XenGuestConfig.Read(_folder["node-1.cfg"]), warnings.Add));
        Assert.Contains("different numbers", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.True(rights.HasUser);
        Assert.False(rights.HasGroup);
        Assert.Equal("600\n", Tool.Run("stat", "-c", "%a", Disk).Output);
    }

    [Theory]
    [InlineData("pygrub", "root:x:0:0:::\n", false)]
    [InlineData("pygrub", "xenkube-boot:x:0:0:::\n", false)]
    [InlineData("pygrub", Passwd, true)]
    [InlineData("/usr/lib/xen-4.17/bin/pygrub", Passwd, true)]
    [InlineData("/usr/lib/xenkube/xenkube-boot", Passwd, false)]
    public void Only_pygrub_gets_the_user_and_only_where_there_is_one(string loader, string passwd, bool expected)
    {
        _folder.Write("root/etc/passwd", passwd);
        Make(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, loader);
        Assert.Equal(expected, new PygrubRights(_folder["root"]).Prepare(XenGuestConfig.Read(_folder["node-1.cfg"]), _ => { }).Count == 1);
    }

    private void Make(UnixFileMode mode, string loader = "pygrub")
    {
        _folder.Write("node-1.img", "disk");
        File.SetUnixFileMode(Disk, mode);
        XenGuestConfig.Create("etcd-node-1", 1024, 1, XenVif.Create(MacAddress.Parse("00:16:3e:4e:31:11")), [XenDisk.Create(Disk)], bootLoader: loader).Save(_folder["node-1.cfg"]);
    }
}
