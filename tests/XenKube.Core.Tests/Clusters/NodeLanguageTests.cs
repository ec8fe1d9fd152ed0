using XenKube.Clusters;
using XenKube.Ignition;
using XenKube.Ignition.Languages;
using XenKube.Images;

namespace XenKube.Tests.Clusters;

public class NodeLanguageTests
{
    private static readonly TranspileOptions Flatcar = new() { DefaultVariant = "flatcar", DefaultVersion = "1.1.0" };

    private static readonly TranspileOptions Fedora = new() { DefaultVariant = "fcos", DefaultVersion = "1.6.0", TakesContainerLinux = false };

    // The borders are those of Ignition's and Flatcar's release notes, as in GuestOfImageTests.
    [Theory]
    [InlineData("coreos", "1520.9.0", "Container Linux Config")]
    [InlineData("coreos", "", "Container Linux Config")]
    [InlineData("flatcar", "3139.2.0", "Container Linux Config")]
    [InlineData("flatcar", "3185.1.1", "Butane flatcar 1.0.0")]
    [InlineData("flatcar", "3602.2.0", "Butane flatcar 1.1.0")]
    [InlineData("flatcar", "4593.2.5", "Butane flatcar 1.1.0")]
    [InlineData("flatcar", "", "Butane flatcar 1.1.0")]
    [InlineData("fedora-coreos", "", "Butane fcos 1.5.0")]
    [InlineData("fedora-coreos", "31.20200407.3.0", "Butane fcos 1.0.0")]
    [InlineData("fedora-coreos", "32.20200601.3.0", "Butane fcos 1.1.0")]
    [InlineData("fedora-coreos", "38.20230514.3.0", "Butane fcos 1.5.0")]
    [InlineData("fedora-coreos", "41.20241109.3.0", "Butane fcos 1.6.0")]
    [InlineData("fedora-coreos", "44.20261101.3.0", "Butane fcos 1.7.0")]
    public void Config_that_names_no_language_is_in_that_of_the_release(string id, string version, string language) =>
        Assert.Equal(language, NodeLanguage.Of(new GuestOfImage(id, version))?.ToString());

    [Fact]
    public void Disk_of_something_else_has_no_language()
    {
        Assert.Null(NodeLanguage.Of(null));
        Assert.Null(NodeLanguage.Of(new GuestOfImage("debian", "12")));
    }

    [Theory]
    [InlineData("passwd: {}", "flatcar 1.1.0")]
    [InlineData("storage: { files: [ { path: /etc/a, contents: { inline: x } } ] }", "flatcar 1.1.0")]
    [InlineData("storage: { files: [ { path: /etc/a, filesystem: root, contents: { inline: x } } ] }", "clc 0.5.0")]
    [InlineData("etcd: { version: 3.0.15 }", "clc 0.5.0")]
    [InlineData("locksmith: { reboot_strategy: reboot }", "clc 0.5.0")]
    [InlineData("variant: flatcar\nversion: 1.0.0", "flatcar 1.0.0")]
    [InlineData("variant: fcos\nversion: 1.4.0", "fcos 1.4.0")]
    [InlineData("version: 1.0.0", "flatcar 1.0.0")]
    public void Document_on_flatcar_is_butane_unless_it_is_written_as_a_container_linux_config(string document, string dialect)
    {
        var config = IgnitionTranspiler.Transpile(document, Flatcar);
        Assert.True(config.Succeeded, config.Failure);
        Assert.Equal(dialect, config.Dialect);
        Assert.Empty(config.Report);
    }

    [Fact]
    public void Document_on_fedora_coreos_is_butane_and_what_only_container_linux_knows_is_named()
    {
        Assert.Equal("3.5.0", IgnitionTranspiler.Transpile("passwd: {}", Fedora).Version);
        var config = IgnitionTranspiler.Transpile("etcd: { version: 3.0.15 }", Fedora);
        Assert.Equal("fcos 1.6.0", config.Dialect);
        Assert.Contains("etcd", Assert.Single(config.Report).Message + config.Report[0].Path, StringComparison.Ordinal);
        Assert.False(IgnitionTranspiler.Transpile("storage: [", Fedora).Succeeded);
    }

    [Fact]
    public void Language_that_is_asked_for_is_taken_whatever_the_node_is()
    {
        Assert.Equal("clc 0.5.0", IgnitionTranspiler.Transpile("passwd: {}", Fedora with { Dialect = "clc" }).Dialect);
        Assert.Equal("clc 0.5.0", IgnitionTranspiler.Transpile("passwd: {}", new TranspileOptions()).Dialect);
        Assert.False(IgnitionTranspiler.Transpile("passwd: {}", new TranspileOptions { Dialect = "butane" }).Succeeded);
    }

    [Fact]
    public void Distribution_has_one_name_in_files_and_one_for_people()
    {
        foreach (var distribution in Enum.GetValues<ImageDistribution>())
        {
            var name = DistributionNames.FileNameOf(distribution);
            Assert.Equal(distribution, DistributionNames.Find($"{name}-1.2.3"));
            Assert.Equal($"{DistributionNames.TitleOf(distribution)} 1.2.3", new GuestOfImage(name, "1.2.3").ToString());
        }
        Assert.Null(DistributionNames.Find("core"));
    }
}
