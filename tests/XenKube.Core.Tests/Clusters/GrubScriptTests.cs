using XenKube.Clusters;

namespace XenKube.Tests.Clusters;

public class GrubScriptTests
{
    private static readonly Uri Config = new("http://192.168.100.1/etcd/node-1.json");
    private const string GuideLine = "set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"\n";

    [Fact]
    public void WithConfigUri_of_nothing_is_the_guides_line()
    {
        Assert.Equal(GuideLine, GrubScript.WithConfigUri("", Config, [], "coreos.config.url"));
    }

    [Fact]
    public void WithConfigUri_keeps_every_other_line_and_the_place_of_its_own()
    {
        const string Text = "# mine\nset linux_console=\"console=hvc0\"\nset linux_append=\"quiet\"\nset oem_id=\"xen\"\n";
        Assert.Equal($"# mine\nset linux_console=\"console=hvc0\"\n{GuideLine}set oem_id=\"xen\"\n", GrubScript.WithConfigUri(Text, Config, [], "coreos.config.url"));
    }

    [Fact]
    public void WithConfigUri_adds_a_line_break_where_the_last_line_has_none()
    {
        Assert.Equal($"set a=b\n{GuideLine}", GrubScript.WithConfigUri("set a=b", Config, [], "coreos.config.url"));
    }

    [Theory]
    [InlineData("set linux_append=\"quiet coreos.config.url=http://old/ debug\"\n", "*", "coreos.config.url=http://192.168.100.1/etcd/node-1.json quiet debug")]
    [InlineData("set linux_append=\"quiet console=tty0\"\n", "console=*", "coreos.config.url=http://192.168.100.1/etcd/node-1.json console=tty0")]
    [InlineData("set linux_append=quiet\n", "quiet", "coreos.config.url=http://192.168.100.1/etcd/node-1.json quiet")]
    [InlineData("set linux_append='quiet'\n", "debug", "coreos.config.url=http://192.168.100.1/etcd/node-1.json debug")]
    public void WithConfigUri_keeps_and_adds_the_arguments_that_are_asked_for(string text, string append, string expected)
    {
        Assert.Equal($"set linux_append=\"{expected}\"\n", GrubScript.WithConfigUri(text, Config, [append], "coreos.config.url"));
    }

    [Fact]
    public void WithConfigUri_removes_later_assignments_that_would_undo_it()
    {
        var text = GrubScript.WithConfigUri("set linux_append=\"a\"\necho\nset linux_append=\"b\"\n", Config, [], "coreos.config.url");
        Assert.Equal($"{GuideLine}echo\n", text);
    }

    [Theory]
    [InlineData(GuideLine, "")]
    [InlineData("set linux_append=\"quiet coreos.config.url=http://x/\"\n", "set linux_append=\"quiet\"\n")]
    [InlineData("set linux_append=\"quiet\"\n", "set linux_append=\"quiet\"\n")]
    [InlineData("", "")]
    public void WithoutConfigUri_takes_out_the_url_alone(string text, string expected) => Assert.Equal(expected, GrubScript.WithoutConfigUri(text));

    [Theory]
    [InlineData("flatcar.config.url=http://a/b")]
    [InlineData("ignition.config.url=http://a/b")]
    [InlineData("quiet coreos.config.url=http://old/ coreos.config.url=http://a/b")]
    public void FindConfigUri_takes_the_last_of_any_distribution(string append) => Assert.Equal(new Uri("http://a/b"), GrubScript.FindConfigUri(append));

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("node-1.json")]
    [InlineData("http://a/$b")]
    public void CheckUri_refuses_what_a_kernel_command_line_cannot_carry(string uri)
    {
        var error = Assert.Throws<InvalidInputException>(() => GrubScript.CheckUri(new Uri(uri, UriKind.RelativeOrAbsolute)));
        Assert.Equal("ConfigUriInvalid", error.ErrorId);
    }

    [Fact]
    public void WithConfigUri_refuses_arguments_that_would_end_the_string() =>
        Assert.Equal("LinuxAppendInvalid", Assert.Throws<InvalidInputException>(() => GrubScript.WithConfigUri("", Config, ["a\"; reboot"], "coreos.config.url")).ErrorId);
}
