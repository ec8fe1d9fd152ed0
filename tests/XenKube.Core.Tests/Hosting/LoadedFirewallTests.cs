using System.Net;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>The kernel's rules beside the file, by stand-ins for the programs that show and load them.</summary>
[Trait("Kind", "Process")]
public sealed class LoadedFirewallTests : IDisposable
{
    private const string Open = "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n";
    private const string Closed = "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";
    private const string NftOpen = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tiifname \"lo\" accept\n\t}\n}\n";
    private const string NftClosed = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\ttcp dport 22 accept\n\t}\n}\n";

    // Tables of iptables are shown by nft too, with matches in the words of iptables.
    private const string NftOfIptables = "# Warning: table ip filter is managed by iptables-nft, do not touch!\ntable ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tmeta l4proto tcp xt match \"tcp\" counter packets 0 bytes 0 accept\n\t}\n}\n";

    private readonly TemporaryDirectory _folder = new();

    public LoadedFirewallTests()
    {
        Script.Write(_folder["bin/iptables-restore"], "#!/bin/sh\nexit 0\n");
        Script.Write(_folder["bin/nft"], $"#!/bin/sh\ncase \"$*\" in 'list ruleset') cat '{_folder["nft"]}';; esac\n");
        Script.Write(_folder["bin/iptables-save"], $"#!/bin/sh\ncat '{_folder["iptables"]}'\n");
        Script.Write(_folder["bin/systemctl"], $"#!/bin/sh\necho \"$*\" >> '{_folder["calls"]}'\ncp '{_folder["file"]}' '{_folder["iptables"]}'\ncp '{_folder["nftables.conf"]}' '{_folder["nft"]}'\nexit 0\n");
        foreach (var name in new[] { "file", "nftables.conf", "iptables", "nft" })
        {
            _folder.Write(name, "");
        }
    }

    public void Dispose() => _folder.Dispose();

    private HostOptions Options(string file) => new(_folder["xen"])
    {
        SystemRoot = _folder["root"],
        Address = IPAddress.Loopback,
        Bridge = "lo",
        FirewallFile = _folder[file],
        BackupDirectory = _folder["backups"],
        Programs = new HostPrograms { Folder = _folder["bin"] },
    };

    [Theory]
    [InlineData("file", Open, Closed, "", "iptables-save", "restart netfilter-persistent.service")]
    [InlineData("nftables.conf", NftOpen, "", NftClosed, "nft list ruleset", "reload-or-restart nftables.service")]
    public void File_that_was_not_loaded_is_said_by_plan_and_check_and_loaded(string file, string rules, string iptables, string nft, string program, string call)
    {
        _folder.Write(file, rules);
        _folder.Write("iptables", iptables);
        _folder.Write("nft", nft);
        var step = Assert.Single(HostPlan.Create(Options(file), ["firewall"]).Steps);
        Assert.True(step.IsActivationNeeded, step.ToString());
        Assert.Contains($"of '{program}'", step.ToString(), StringComparison.Ordinal);
        var check = Check(file);
        Assert.Equal(CheckStatus.Fail, check.Status);
        Assert.Contains("the kernel has other rules", check.Message, StringComparison.Ordinal);

        Assert.True(Assert.Single(HostPlan.Create(Options(file), ["firewall"]).Apply()).IsActivated);
        Assert.Equal([call], File.ReadAllLines(_folder["calls"]));
        Assert.Equal(CheckStatus.Pass, Check(file).Status);
        Assert.False(HostPlan.Create(Options(file), ["firewall"]).IsNeeded);
    }

    [Fact]
    public void Rules_of_iptables_are_not_judged_twice()
    {
        _folder.Write("file", Open);
        _folder.Write("iptables", Open);
        _folder.Write("nft", NftOfIptables);
        Assert.Equal(CheckStatus.Pass, Check("file").Status);
        // A table of nft beside them counts.
        _folder.Write("nft", NftOfIptables + NftClosed);
        Assert.Contains("of 'nft list ruleset'", Check("file").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_without_a_file_is_judged_by_the_kernels_rules()
    {
        _folder.Write("iptables", Closed);
        Assert.Equal(CheckStatus.Fail, Check("gone").Status);
        _folder.Write("iptables", Open);
        Assert.Equal(CheckStatus.Pass, Check("gone").Status);
    }

    [Fact]
    public void Rules_that_nobody_may_ask_for_are_not_judged()
    {
        Script.Write(_folder["bin/iptables-save"], "#!/bin/sh\necho 'Permission denied (you must be root)' >&2\nexit 4\n");
        File.Delete(_folder["bin/nft"]);
        _folder.Write("file", Open);
        Assert.Equal(CheckStatus.Pass, Check("file").Status);
    }

    private CheckResult Check(string file) => new HostCheck(Options(file)).Run(TestContext.Current.CancellationToken).First(check => check.Name == "firewall");
}
