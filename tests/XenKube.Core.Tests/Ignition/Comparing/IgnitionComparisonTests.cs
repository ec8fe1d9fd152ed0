using System.Text;

namespace XenKube.Ignition.Comparing;

public class IgnitionComparisonTests
{
    private static byte[] Json(string config) => Encoding.UTF8.GetBytes(IgnitionTranspiler.Transpile(config).Json);

    [Fact]
    public void Every_kind_of_change_is_shown()
    {
        var comparison = IgnitionComparison.Compare(
            Json("""
                storage: {files: [{path: /a, filesystem: root, mode: 0644, contents: {inline: "1\n2\n3\n"}}, {path: /gone, filesystem: root}]}
                systemd: {units: [{name: a.service, enable: true}]}
                passwd: {users: [{name: core, ssh_authorized_keys: [ssh-rsa AAAA old]}]}
                """),
            Json("""
                storage: {files: [{path: /a, filesystem: root, mode: 0600, contents: {inline: "1\ntwo\n3\n"}}, {path: /new, filesystem: root}]}
                systemd: {units: [{name: a.service, mask: true}]}
                passwd: {users: [{name: core, ssh_authorized_keys: [ssh-rsa AAAB new]}]}
                """));
        Assert.Equal(
            [
                ("Changed", "File", "/a"), ("Removed", "File", "/gone"), ("Added", "File", "/new"), ("Changed", "Unit", "a.service"),
            ],
            comparison.Changes.Where(change => change.Kind != "Key").Select(change => (change.Change, change.Kind, change.Name)));
        Assert.Equal(["Removed", "Added"], comparison.Changes.Where(change => change.Kind == "Key").Select(change => change.Change));
        Assert.Equal("mode 0644 -> 0600, content 6 -> 8 bytes", comparison.Changes[0].Detail);
        Assert.Equal("@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3", comparison.Changes[0].Diff);
        Assert.Equal("state enabled -> masked", comparison.Changes[3].Detail);
    }

    [Fact]
    public void Same_configs_have_no_change() => Assert.True(IgnitionComparison.Compare(Json("update: {group: beta}"), Json("update: {group: beta}")).IsEmpty);

    [Fact]
    public void First_config_adds_everything()
    {
        var change = Assert.Single(IgnitionComparison.Compare(null, Json("update: {group: beta}")).Changes);
        Assert.Equal(("Added", "/etc/coreos/update.conf"), (change.Change, change.Name));
        Assert.Contains("+GROUP=beta", change.Diff, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'storage':{'disks':[{'device':'/dev/sda','wipeTable':true}]}", "! + disk /dev/sda: wipeTable true (wipes the partition table)")]
    [InlineData("'storage':{'filesystems':[{'device':'/dev/sdb','format':'xfs','path':'/data'}]}", "! ~ filesystem /dev/sdb: format ext4 -> xfs (reformats the file system)")]
    [InlineData("'storage':{'filesystems':[{'device':'/dev/sdb','format':'ext4','path':'/data','wipeFilesystem':true}]}", "! ~ filesystem /dev/sdb: wipeFilesystem true (wipes the file system)")]
    [InlineData("'storage':{'filesystems':[]}", "! - filesystem /dev/sdb: format ext4, path /data (removed)")]
    [InlineData("'storage':{'filesystems':[{'device':'/dev/sdb','format':'ext4','path':'/srv'}]}", "~ filesystem /dev/sdb: path /data -> /srv")]
    [InlineData("'passwd':{'users':[{'name':'core','shouldExist':false}]}", "! + user core: shouldExist false (removes the user)")]
    [InlineData("'storage':{'luks':[{'name':'d','device':'/dev/sdc','wipeVolume':true}]}", "! + luks d: device /dev/sdc, wipeVolume true (wipes the volume)")]
    [InlineData("'kernelArguments':{'shouldExist':['quiet']}", "+ setting kernelArguments: shouldExist quiet")]
    [InlineData("'ignition':{'version':'3.4.0','proxy':{'httpProxy':'http://u:geheim@p'}}", "+ setting ignition.proxy: httpProxy http://u:[password, 6 bytes, SHA256:addb0f5e]@p")]
    public void What_is_destroyed_is_marked(string changed, string expected)
    {
        const string storage = "'storage':{'filesystems':[{'device':'/dev/sdb','format':'ext4','path':'/data'}]}";
        var version = changed.StartsWith("'ignition'", StringComparison.Ordinal) ? "" : "'ignition':{'version':'3.4.0'},";
        var kept = changed.Contains("filesystems", StringComparison.Ordinal) || changed.StartsWith("'storage'", StringComparison.Ordinal);
        var before = kept && !changed.Contains("filesystems", StringComparison.Ordinal) ? "" : storage + ",";
        var old = $"{{{before}'ignition':{{'version':'3.4.0'}}}}".Replace('\'', '"');
        var now = $"{{{version}{changed}{(kept ? "" : "," + storage)}}}".Replace('\'', '"');
        Assert.Equal(expected, IgnitionComparison.Compare(Encoding.UTF8.GetBytes(old), Encoding.UTF8.GetBytes(now)).ToString());
    }

    [Fact]
    public void Options_of_a_key_and_the_order_of_merged_configs_are_compared()
    {
        const string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAA= me";
        var change = Assert.Single(IgnitionComparison.Compare(
            Json($"passwd: {{users: [{{name: core, ssh_authorized_keys: ['from=\"10.0.0.1\" {key}']}}]}}"),
            Json($"passwd: {{users: [{{name: core, ssh_authorized_keys: ['{key}']}}]}}")).Changes);
        Assert.Equal(("Changed", "Key", true), (change.Change, change.Kind, change.IsDestructive));
        Assert.Contains("from=\"10.0.0.1\"", change.Detail, StringComparison.Ordinal);
        var order = IgnitionComparison.Compare(
            """{"ignition":{"version":"3.3.0","config":{"merge":[{"source":"http://a/"},{"source":"http://b/"}]}}}"""u8.ToArray(),
            """{"ignition":{"version":"3.3.0","config":{"merge":[{"source":"http://b/"},{"source":"http://a/"}]}}}"""u8.ToArray());
        Assert.Equal("~ setting ignition.config.merge: order", order.ToString());
    }

    [Fact]
    public void What_is_no_json_is_refused() =>
        Assert.Equal("IgnitionVersionMissing", Assert.Throws<InvalidInputException>(() => IgnitionComparison.Compare(Encoding.UTF8.GetBytes("{"), null)).ErrorId);
}
