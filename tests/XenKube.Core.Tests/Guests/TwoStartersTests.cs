using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>Two processes start the same guest at the same time, by an xl that takes its time.</summary>
[Trait("Kind", "Process")]
public sealed class TwoStartersTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_domain_is_made_and_the_other_one_names_the_guest()
    {
        Script.Write(_folder["xl"], File.ReadAllText(Project.Tests("Pester", "stand-in-xl.sh")));
        Directory.CreateDirectory(_folder["state"]);
        var disk = _folder.Write("xen/guests/etcd/node-1.img", "disk");
        _folder.Write("xen/guests/etcd/node-1.cfg", $"""
            name = "etcd-node-1"
            memory = 512
            bootloader = "pygrub"
            vif = [ 'mac=00:16:3e:4e:31:11,bridge=virbr1' ]
            disk = [ '{disk},raw,xvda' ]
            """);
        var environment = new Dictionary<string, string>
        {
            ["XENDIR"] = _folder["xen"],
            ["XENKUBE_XL"] = _folder["xl"],
            ["XL_STATE"] = _folder["state"],
            ["XL_DELAY"] = "2",
        };
        using var first = CommandLineProcess.Start(environment, "guest", "start", "etcd/node-1");
        using var second = CommandLineProcess.Start(environment, "guest", "start", "etcd/node-1");
        CommandLineRun[] ends = [first.End(), second.End()];
        Assert.Equal(["etcd-node-1"], Directory.GetFiles(_folder["state"]).Select(Path.GetFileName).Where(name => name![0] != '.'));
        Assert.Single(File.ReadAllLines(_folder["state/.calls"]), call => call.StartsWith("create", StringComparison.Ordinal));
        Assert.Single(ends, end => end.ExitCode == 0);
        var refused = Assert.Single(ends, end => end.ExitCode != 0);
        Assert.Matches("etcd-node-1.*(is being created by xl|is running|already)", refused.Error.ReplaceLineEndings(" "));
    }
}
