using XenKube.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

public sealed class GuestAutoStartTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Guests_start_in_the_order_in_which_people_count()
    {
        var auto = new GuestAutoStart(_folder["system"]);
        string[] configs = [.. new[] { "node-10", "node-2", "node-1" }.Select(node => _folder.Write($"guests/etcd/{node}.cfg", $"name = \"etcd-{node}\"\n"))];
        Assert.All(configs, config => Assert.True(auto.Set(config, isOn: true)));
        Assert.All(configs, config => Assert.False(auto.Set(config, isOn: true)));
        // xendomains takes the files in the order of the shell, which is that of their bytes in the C locale.
        var links = Directory.GetFiles(_folder["system/etc/xen/auto"]).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["node-1", "node-2", "node-10"], links.Select(link => Path.GetFileNameWithoutExtension(new FileInfo(link).LinkTarget!)));
        Assert.True(auto.Set(configs[0], isOn: false));
        Assert.Null(auto.Find(configs[0]));
        Assert.NotNull(auto.Find(configs[1]));
    }

    [Fact]
    public void Links_of_others_count_and_files_of_others_stay()
    {
        var auto = new GuestAutoStart(_folder["system"]);
        var config = _folder.Write("guests/etcd/node-1.cfg", "name = \"etcd-node-1\"\n");
        Directory.CreateDirectory(_folder["system/etc/xen/auto"]);
        File.CreateSymbolicLink(_folder["system/etc/xen/auto/mine"], "../../../../guests/etcd/node-1.cfg");
        Assert.Equal(_folder["system/etc/xen/auto/mine"], auto.Find(config));
        Assert.False(auto.Set(config, isOn: true));
        Assert.True(auto.Set(config, isOn: false));
        Assert.True(File.Exists(config));
        Assert.Empty(Directory.GetFiles(_folder["system/etc/xen/auto"]));
    }
}
