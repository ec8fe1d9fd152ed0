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

    [Fact]
    public void What_is_no_json_is_refused() =>
        Assert.Equal("IgnitionVersionMissing", Assert.Throws<InvalidInputException>(() => IgnitionComparison.Compare(Encoding.UTF8.GetBytes("{"), null)).ErrorId);
}
