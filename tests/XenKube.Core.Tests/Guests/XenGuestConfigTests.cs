using XenKube.Guests;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

public class XenGuestConfigTests
{
    private const string Guide = """
        bootloader = "pygrub"
        name = "etcd-node-1"
        memory = "1024"
        vcpus = 1
        vif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1' ]
        disk = [ '/storage/xen/guests/etcd/node-1.img,raw,xvda' ]

        """;

    private const string Odd = """
        # A guest with everything in it
        	name="odd" ; memory = 512   # two on a line
        vcpus = "0x2";;
        vif = [
            'mac=00:16:3e:4e:31:12,bridge=virbr1',   # the first

            "model=e1000 , mac=00:16:3E:4E:31:13, bridge = virbr2" ,
        ]
        disk = [ 'format=raw, vdev=xvda, access=rw, target=/a,b/c.img' ]
        disk += [ "/x/data.img,qcow2,xvdb,r" ]
        frobnicate = [ [ 1, 'x\n\t\\\'' ], [ ] ]
        extra = 'it\'s'
        extra += " more"
        on_crash = 'preserve'
        """ + "\n";

    [Fact]
    public void Create_gives_the_guides_file_byte_for_byte()
    {
        var config = XenGuestConfig.Create("etcd-node-1", 1024, 1, XenVif.Create(MacAddress.Parse("00:16:3E:4E:31:11")), [XenDisk.Create("/storage/xen/guests/etcd/node-1.img")]);
        Assert.Equal(Guide, config.ToString());
    }

    [Fact]
    public void Read_gives_what_the_guides_file_says()
    {
        var config = XenGuestConfig.Parse(Guide);
        Assert.Equal(("etcd-node-1", 1024, 1, "pygrub", GuestType.PV), (config.Name, config.Memory, config.VCpus, config.BootLoader, config.Type));
        Assert.Equal(("00:16:3e:4e:31:11", "virbr1", "rtl8139"), (config.Vifs.Single().MacAddress.ToString(), config.Vifs.Single().Bridge, config.Vifs.Single().Model));
        Assert.Equal(("/storage/xen/guests/etcd/node-1.img", "raw", "xvda", false), (config.Disks.Single().Target, config.Disks.Single().Format, config.Disks.Single().Device, config.Disks.Single().IsReadOnly));
        Assert.Equal((5, 7), (config.Settings[4].Line, config.Settings[4].Value.Column));
    }

    [Fact]
    public void Read_knows_every_construct_of_the_language()
    {
        var config = XenGuestConfig.Parse(Odd);
        Assert.Equal(("odd", 512, 2), (config.Name, config.Memory, config.VCpus));
        Assert.Equal(["00:16:3e:4e:31:12", "00:16:3e:4e:31:13"], config.Vifs.Select(vif => vif.MacAddress.ToString()));
        Assert.Equal(["/a,b/c.img", "/x/data.img"], config.Disks.Select(disk => disk.Target));
        Assert.Equal([("raw", "xvda", false), ("qcow2", "xvdb", true)], config.Disks.Select(disk => (disk.Format, disk.Device, disk.IsReadOnly)));
        Assert.Equal("it's more", config.GetText("extra"));
        Assert.Equal("x\n\t\\'", config.Get("frobnicate")!.Items[0].Items[1].Text);
        Assert.Equal(Odd, config.ToString());
    }

    [Fact]
    public void With_changes_nothing_but_the_value()
    {
        var config = XenGuestConfig.Parse(Odd);
        Assert.Equal(Odd.Replace("memory = 512", "memory = 2048", StringComparison.Ordinal), config.With("memory", XenConfigValue.OfNumber(2048)).ToString());
        Assert.Equal(Odd.Replace("'preserve'", "'it\\'s\\\\'", StringComparison.Ordinal), config.With("on_crash", XenConfigValue.OfText("it's\\")).ToString());
        Assert.Equal(Odd.Replace("\"0x2\"", "\"4\"", StringComparison.Ordinal), config.With("vcpus", XenConfigValue.OfNumber(4)).ToString());
        Assert.Equal(Odd + "maxmem = 4096\n", config.With("maxmem", XenConfigValue.OfNumber(4096)).ToString());
        Assert.Equal(Odd.Replace("\"model=e1000 , mac=00:16:3E:4E:31:13, bridge = virbr2\"", "\"mac=00:16:3e:4e:31:14\"", StringComparison.Ordinal), config.WithItem("vif", 1, XenConfigValue.OfText("mac=00:16:3e:4e:31:14")).ToString());
        Assert.Equal(Odd.Replace("\"/x/data.img,qcow2,xvdb,r\"", "\"/y\"", StringComparison.Ordinal), config.WithItem("disk", 1, XenConfigValue.OfText("/y")).ToString());
    }

    [Fact]
    public void With_on_a_key_of_several_lines_leaves_one()
    {
        var config = XenGuestConfig.Parse(Odd).With("extra", XenConfigValue.OfText("new"));
        Assert.Equal(Odd.Replace("'it\\'s'\nextra += \" more\"\n", "'new'\n", StringComparison.Ordinal), config.ToString());
        Assert.Equal("a = 1\n", XenGuestConfig.Parse("a += 2\na += 3").With("a", XenConfigValue.OfNumber(1)).ToString());
    }

    [Fact]
    public void Without_takes_the_line_and_leaves_comments()
    {
        var config = XenGuestConfig.Parse("# top\nname = 'a' # why\nmemory = 1; vcpus = 2\ndisk = [\n 1\n]\nextra = 'x'");
        Assert.Equal("# top\n# why\nmemory = 1; vcpus = 2\nextra = 'x'", config.Without("name").Without("disk").ToString());
        Assert.Equal("# top\nname = 'a' # why\n vcpus = 2\ndisk = [\n 1\n]\n", config.Without("memory").Without("extra").ToString());
    }

    [Fact]
    public void Bytes_that_are_not_text_are_kept()
    {
        byte[] bytes = [.. "# caf"u8, 0xe9, .. "\nname = 'a"u8, 0xff, .. "'\nmemory = 1\n"u8];
        var edited = XenGuestConfig.Parse(bytes).With("memory", XenConfigValue.OfNumber(2)).ToBytes();
        bytes[^2] = (byte)'2';
        Assert.Equal(bytes, edited);
    }

    [Theory]
    [InlineData("name = \"a", "line 1, column 8", "closing")]
    [InlineData("name = 'a'\ndisk = [ 'x'\n", "line 3, column 1", "line 2")]
    [InlineData("memory = lots\n", "line 1, column 10", "value was expected")]
    [InlineData("Memory = 1\n", "line 1, column 1", "lower-case")]
    [InlineData("a = 1\r\n", "line 1, column 6", "Unix line ends")]
    [InlineData("a = 1 \\\n", "line 1, column 7", "after the value")]
    [InlineData("a = 'x\\\ny'\n", "line 1, column 7", "continuation")]
    [InlineData("a = [ 1,, 2 ]\n", "line 1, column 9", "value was expected")]
    [InlineData("a = 'x\\q'\n", "line 1, column 7", "not an escape")]
    [InlineData("a = '\\x41'\n", "line 1, column 6", "numeric escape")]
    [InlineData("a = 1 2\n", "line 1, column 7", "after the value")]
    [InlineData("a\n", "line 1, column 2", "'=' was expected")]
    [InlineData("a = 1 # end", "line 1, column 7", "without a newline")]
    [InlineData("\ufeffa = 1\n", "line 1, column 1", "byte order mark")]
    public void Read_refuses_with_line_and_column(string text, string place, string reason)
    {
        var error = Assert.Throws<InvalidInputException>(() => XenGuestConfig.Parse(text, "x.cfg"));
        Assert.Equal(("GuestConfigInvalid", "x.cfg", place), (error.ErrorId, error.File, error.Place));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_ends_in_an_error_not_in_a_crash()
    {
        var error = Assert.Throws<InvalidInputException>(() => XenGuestConfig.Parse("a = " + new string('[', 500_000)));
        Assert.Contains("nested", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncation_anywhere_gives_a_config_or_an_error_with_a_place()
    {
        for (var length = 0; length < Odd.Length; length++)
        {
            try
            {
                Assert.Equal(Odd[..length], XenGuestConfig.Parse(Odd[..length]).ToString());
            }
            catch (InvalidInputException e)
            {
                Assert.StartsWith("line ", e.Place, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Recorded_configurations_are_read_where_xl_read_them()
    {
        foreach (var file in Directory.GetFiles(Project.Tests("fixtures", "xl"), "*.cfg"))
        {
            if (Path.GetFileNameWithoutExtension(file) is "bad-list" or "bad-syntax")
            {
                Assert.Throws<InvalidInputException>(() => XenGuestConfig.Read(file));
                continue;
            }
            Assert.Equal(File.ReadAllText(file), XenGuestConfig.Read(file).ToString());
        }
    }

    [Fact]
    public void Save_replaces_the_file_and_keeps_its_mode()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.Write("a.cfg", Guide);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        XenGuestConfig.Read(path).With("memory", XenConfigValue.OfNumber(2048)).Save();
        Assert.Contains("memory = \"2048\"\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }
}
