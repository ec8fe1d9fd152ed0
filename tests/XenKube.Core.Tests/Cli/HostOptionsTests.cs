using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>Settings of the host as options of plan and check, and the ports that lead to guests.</summary>
[Trait("Kind", "Process")]
public sealed class HostOptionsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public HostOptionsTests() => Directory.CreateDirectory(_folder["xen"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--reservations", "20-29", "reservations", "192.168.100.20 to 192.168.100.29")]
    [InlineData("--reservations-file", "FOLDER/hosts", "reservations", "FOLDER/hosts")]
    [InlineData("--firewall-file", "FOLDER/rules", "firewall", "FOLDER/rules")]
    [InlineData("--firewall-file", "FOLDER/nftables.conf", "firewall", " tcp dport 80 accept")]
    [InlineData("--bridge", "xenbr7", "firewall", "from xenbr7")]
    [InlineData("--port", "8099", "firewall", "tcp 8099")]
    [InlineData("--nginx-directory", "FOLDER/nginx", "site", "FOLDER/nginx")]
    [InlineData("--address", "10.7.0.1", "reservations", "10.7.0.10 to 10.7.0.99")]
    public void Setting_is_an_option_of_the_plan(string option, string value, string step, string shown)
    {
        _folder.Write("rules", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n");
        _folder.Write("nftables.conf", "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n");
        _folder.Write("nginx/nginx.conf", "http { include FOLDER/nginx/conf.d/*.conf; }\n".Replace("FOLDER", _folder.Path, StringComparison.Ordinal));
        _folder.Write("nginx/conf.d/other.conf", "");
        string[] command = ["host", "plan", "--json", "--step", step, "--xen-dir", _folder["xen"]];
        string[] files = step == "firewall" && option != "--firewall-file" ? ["--firewall-file", _folder["rules"]]
            : step == "reservations" && option != "--reservations-file" ? ["--reservations-file", _folder["hosts"]] : [];
        var run = CommandLineRun.Of([.. command, .. files, option, Placed(value)]);
        Assert.Contains(Placed(shown), run.Output + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port", "0")]
    [InlineData("--bridge", "a b")]
    [InlineData("--network", "10.0.0.0/24")]
    [InlineData("--reservations", "99-10")]
    [InlineData("--shutdown", "sleep")]
    public void Option_that_cannot_be_used_is_refused(string option, string value)
    {
        foreach (var command in new[] { "plan", "check", "apply" })
        {
            var run = CommandLineRun.Of("host", command, option, value, "--xen-dir", _folder["xen"]);
            Assert.NotEqual(0, run.ExitCode);
            Assert.Contains(option.TrimStart('-'), run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("rules", "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 8011 -j DNAT --to-destination 192.168.100.11:22\nCOMMIT\n")]
    [InlineData("nftables.conf", "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\ttcp dport 8011 dnat to 192.168.100.11:22\n\t}\n}\n")]
    public void Forwards_are_listed_and_kept_where_they_are_there_already(string name, string text)
    {
        var rules = _folder.Write(name, text);
        string[] options = ["--firewall-file", rules, "--xen-dir", _folder["xen"]];
        Assert.Contains("tcp 8011 to 192.168.100.11:22: open", CommandLineRun.Of(["host", "forward", "list", .. options]).ShouldSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("\"toPort\": \"22\"", CommandLineRun.Of(["host", "forward", "list", "--json", .. options]).ShouldSucceed().Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("nothing to change", CommandLineRun.Of(["host", "forward", "add", "8011", "192.168.100.11:22", .. options]).ShouldSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("tcp 8012 leads to no guest", CommandLineRun.Of(["host", "forward", "remove", "8012", .. options]).Error, StringComparison.Ordinal);
        Assert.Contains("leads elsewhere", CommandLineRun.Of(["host", "forward", "add", "8011", "192.168.100.12:22", .. options]).Error, StringComparison.Ordinal);
        Assert.Contains("a port and a guest's address are needed", CommandLineRun.Of(["host", "forward", "add", "8013", .. options]).Error, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(rules));
    }

    private string Placed(string text) => text.Replace("FOLDER", _folder.Path, StringComparison.Ordinal);
}
