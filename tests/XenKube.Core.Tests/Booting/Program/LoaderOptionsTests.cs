using XenKube.Boot.Protocol;
using XenKube.Booting;

namespace XenKube.Tests.Booting.Program;

/// <summary>The command line of libxl, as Xen 4.14 to 4.20 make it.</summary>
public sealed class LoaderOptionsTests
{
    private static readonly string[] Needed =
        ["--output=/var/lib/xen/bootloader.7.out", "--output-format=simple0", "--output-directory=/var/lib/xen/bootloader.7.d"];

    [Fact]
    public void Every_option_of_libxl_is_taken()
    {
        var options = LoaderOptions.Parse(
            ["--kernel=/vmlinuz", "--ramdisk=initrd", "--args=root=/dev/xvda9 quiet  a=\"b c\"", "--runas=65534", "--quiet", .. Needed, "--guest-type=pv", "/dev/xvdd"]);
        Assert.Equal(
            ("/var/lib/xen/bootloader.7.out", "/var/lib/xen/bootloader.7.d", "/dev/xvdd", 65534u), (options.Output, options.OutputDirectory, options.DiskPath, options.RunAs));
        Assert.Equal(("/vmlinuz", "/initrd", BootGuestType.Pv, false), (options.Boot.KernelPath, options.Boot.InitrdPath, options.Boot.GuestType, options.Boot.IsGuestTypeOpen));
        Assert.Equal(["root=/dev/xvda9", "quiet", "a=\"b", "c\""], options.Boot.Arguments);
        Assert.Empty(options.Unknown);
    }

    [Fact]
    public void Options_come_in_any_order_and_also_after_the_disk()
    {
        string[] all = ["--slot=b", "--entry=2", "--no-count", "--platform=metal", "--time-limit=5", "--guest-type=pvh", .. Needed, "/disk.img"];
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            random.Shuffle(all);
            var options = LoaderOptions.Parse(all);
            Assert.Equal(
                ("/disk.img", "b", "2", "metal", false, 5d, BootGuestType.Pvh),
                (options.DiskPath, options.Boot.Slot, options.Boot.Entry, options.Boot.Platform, options.Counts, options.TimeLimit.TotalSeconds, options.Boot.GuestType));
        }
    }

    [Fact]
    public void Option_of_a_later_xen_is_passed_over_and_named()
    {
        var options = LoaderOptions.Parse(["--colour=blue", "--fast", .. Needed, "/disk.img"]);
        Assert.Equal(["--colour=blue", "--fast"], options.Unknown);
        Assert.Equal("/disk.img", options.DiskPath);
    }

    [Fact]
    public void Disk_may_begin_with_a_dash_after_two_dashes() => Assert.Equal("--disk", LoaderOptions.Parse([.. Needed, "--", "--disk"]).DiskPath);

    [Theory]
    [InlineData("--guest-type=hvm", "pv or pvh")]
    [InlineData("--guest-type", "pv or pvh")]
    [InlineData("--slot=c", "a or b")]
    [InlineData("--runas=0", "other than root")]
    [InlineData("--runas=-1", "other than root")]
    [InlineData("--runas=4294967295", "other than root")]
    [InlineData("--runas=root", "other than root")]
    [InlineData("--platform=a b", "a name")]
    [InlineData("--platform=", "a name")]
    [InlineData("--entry=", "an entry's name")]
    [InlineData("--time-limit=0", "1 to 3600")]
    [InlineData("--output-format=sxp", "simple0")]
    public void Impossible_value_is_an_error_that_says_what_is_possible(string argument, string expected)
    {
        var error = Assert.Throws<InvalidInputException>(() => LoaderOptions.Parse([.. Needed, argument, "/disk.img"]));
        Assert.Equal("BootArgumentInvalid", error.ErrorId);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(argument.Split('=')[0], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_by_a_person_is_told_who_calls_the_program()
    {
        foreach (var arguments in (string[][])[[], ["/disk.img"], [.. Needed], [.. Needed, "/a", "/b"], ["--output=/x", "/disk.img"]])
        {
            Assert.Contains("bootloader=", Assert.Throws<InvalidInputException>(() => LoaderOptions.Parse(arguments)).Message, StringComparison.Ordinal);
        }
    }
}
