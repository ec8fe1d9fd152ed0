using System.Text;
using System.Text.Json;
using XenKube.Clusters;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Settings that are shown and set one by one; the file keeps everything else.</summary>
public sealed class SettingsStoreTests : IDisposable
{
    private readonly TemporaryDirectory _xenDir = new();

    public void Dispose() => _xenDir.Dispose();

    private SettingsStore Store => new(new XenDirectory(_xenDir.Path, onWait: null));

    private string Text => File.ReadAllText(_xenDir["xenkube.json"]);

    [Fact]
    public void Every_setting_is_shown_with_its_value_its_default_and_where_it_is_from()
    {
        Assert.All(Store.List(), setting => Assert.Equal((SettingSource.Default, JsonSerializer.Serialize(setting.Default)), (setting.Source, JsonSerializer.Serialize(setting.Value))));
        Assert.Equal(XenSettings.Read("/nowhere/xenkube.json").Bridge, Assert.Single(Store.List("BRIDGE")).Value);
        _xenDir.Write("xenkube.json", """{ "memory": 2048, "bridge": "virbr1", "savedGuests": ["a", "b"], }""");
        Assert.Equal(["bridge", "memory", "savedGuests"], Store.List().Where(setting => setting.Source == SettingSource.File).Select(setting => setting.Name));
        Assert.Equal((2048, 1024), (Store.List("memory")[0].Value, Store.List("memory")[0].Default));
        Assert.Equal(["a", "b"], Assert.IsType<string[]>(Store.List("savedG*")[0].Value));
    }

    [Fact]
    public void Every_setting_can_be_set_to_its_default_and_taken_out_again()
    {
        foreach (var name in SettingsStore.Names)
        {
            var before = Store.List(name)[0];
            string[] value = before.Default switch
            {
                string[] list => list,
                null => name switch { "network" => ["192.168.100.0/24"], "shutdown" => ["save"], _ => ["/x"] },
                var other => [FormattableString.Invariant($"{other}")],
            };
            Assert.Equal(SettingSource.File, Store.Set(name, value).Source);
        }
        Assert.Equal(SettingsStore.Names.Count, JsonDocument.Parse(Text).RootElement.EnumerateObject().Count());
        foreach (var name in SettingsStore.Names)
        {
            Assert.Equal(SettingSource.Default, Store.Reset(name).Source);
        }
        Assert.Empty(JsonDocument.Parse(Text, new JsonDocumentOptions { AllowTrailingCommas = true }).RootElement.EnumerateObject());
    }

    [Theory]
    [InlineData("{\n  // of this host\n  \"port\": 80, // not 8080\n  \"memory\": 1024 /* MiB, */,\n}\n", "{\n  // of this host\n  \"port\": 80, // not 8080\n  \"memory\": 4096 /* MiB, */,\n}\n")]
    [InlineData("{\"port\":80}", "{\"port\":80, \"memory\": 4096}")]
    [InlineData("{\n  \"port\": 80\n}", "{\n  \"port\": 80,\n  \"memory\": 4096\n}")]
    [InlineData("{\n\t\"port\": 80,\n}", "{\n\t\"port\": 80,\n\t\"memory\": 4096,\n}")]
    [InlineData("{}", "{ \"memory\": 4096 }")]
    [InlineData("{ \"memory\": 1, \"memory\": 2 }", "{ \"memory\": 1, \"memory\": 4096 }")]
    public void File_keeps_comments_order_and_layout(string before, string after)
    {
        _xenDir.Write("xenkube.json", before);
        Assert.Equal(4096, Store.Set("memory", ["4096"]).Value);
        Assert.Equal(after, Text);
    }

    [Theory]
    [InlineData("{\n  \"port\": 81,\n  \"memory\": 2 /* , */ , // last\n}\n", "{\n  \"port\": 81,\n   /* , */  // last\n}\n")]
    [InlineData("{\"memory\":2,\"port\":81}", "{\"port\":81}")]
    [InlineData("{\n  \"memory\": 2,\n  \"port\": 81\n}", "{\n  \"port\": 81\n}")]
    [InlineData("{\n  \"port\": 81,\n  \"memory\": 2\n}", "{\n  \"port\": 81,\n}")]
    [InlineData("{ \"memory\": 1, \"port\": 81, \"memory\": 2 }", null)]
    public void Setting_that_is_taken_out_leaves_the_others(string before, string? after)
    {
        _xenDir.Write("xenkube.json", before);
        Assert.Equal(1024, Store.Reset("memory").Value);
        Assert.Equal(81, XenSettings.Read(_xenDir["xenkube.json"]).Port);
        if (after is not null)
        {
            Assert.Equal(after, Text);
        }
    }

    [Theory]
    [InlineData("memory", "much", "is not a whole number")]
    [InlineData("memory", "-1", "is not above 0")]
    [InlineData("port", "99999", "is not between 1 and 65535")]
    [InlineData("strict", "maybe", "is not true or false")]
    [InlineData("bridge", "no/bridge", "is not the name of a bridge")]
    [InlineData("brdige", "virbr1", "Perhaps 'bridge' is meant")]
    [InlineData("nothing", "1", "The settings are")]
    public void Value_that_cannot_be_used_leaves_the_file_as_it_was(string name, string value, string reason)
    {
        _xenDir.Write("xenkube.json", "{ \"port\": 81 }");
        CommandLineRun.Of("setting", "set", name, value, "--xen-dir", _xenDir.Path).ShouldFailWith(_xenDir["xenkube.json"], reason);
        Assert.Equal("{ \"port\": 81 }", Text);
    }

    [Fact]
    public void File_that_is_not_valid_is_mended_by_setting_what_is_wrong_in_it()
    {
        _xenDir.Write("xenkube.json", "{ \"port\": 99999, \"memory\": 2048 }");
        CommandLineRun.Of("setting", "list", "--xen-dir", _xenDir.Path).ShouldFailWith(_xenDir["xenkube.json"], "99999 is not between");
        CommandLineRun.Of("setting", "set", "port", "8080", "--xen-dir", _xenDir.Path).ShouldSucceed();
        Assert.Equal("{ \"port\": 8080, \"memory\": 2048 }", Text);
        _xenDir.Write("xenkube.json", "{ \"port\": ");
        CommandLineRun.Of("setting", "set", "port", "8080", "--xen-dir", _xenDir.Path).ShouldFailWith(_xenDir["xenkube.json"], "it is not JSON");
        Assert.Equal("{ \"port\": ", Text);
    }

    [Fact]
    public void Command_line_shows_and_sets_them()
    {
        CommandLineRun.Of("setting", "set", "savedGuests", "/srv/größe", "/b", "--xen-dir", _xenDir.Path).ShouldSucceed();
        Assert.Contains("größe", Text, StringComparison.Ordinal);
        Assert.Contains("/srv/größe, /b", CommandLineRun.Of("setting", "list", "saved*", "--xen-dir", _xenDir.Path).ShouldSucceed().Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(CommandLineRun.Of("setting", "list", "memory", "savedGuests", "strict", "--json", "--xen-dir", _xenDir.Path).ShouldSucceed().Output).RootElement;
        Assert.Equal((1024, "Default", "/b", false), (json[0].GetProperty("value").GetInt32(), json[0].GetProperty("source").GetString(),
            json[1].GetProperty("value")[1].GetString(), json[2].GetProperty("value").GetBoolean()));
        CommandLineRun.Of("setting", "reset", "savedGuests", "--xen-dir", _xenDir.Path).ShouldSucceed();
        Assert.Equal("{\n}\n", Text);
    }

    [Fact]
    public void Permissions_of_the_file_stay()
    {
        _xenDir.Write("xenkube.json", "{}");
        File.SetUnixFileMode(_xenDir["xenkube.json"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Store.Set("memory", ["2048"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_xenDir["xenkube.json"]));
        Assert.Equal("{ \"memory\": 2048 }", Encoding.UTF8.GetString(File.ReadAllBytes(_xenDir["xenkube.json"])));
    }
}
