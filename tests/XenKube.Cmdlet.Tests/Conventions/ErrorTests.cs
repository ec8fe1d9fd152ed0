using System.Text.RegularExpressions;
using XenKube.Tests.Support;

namespace XenKube.Tests.Conventions;

/// <summary>Errors as scripts see them: id, category, target and what to do. The table in docs/errors.md is their list.</summary>
public sealed partial class ErrorTests : IDisposable
{
    private static readonly Dictionary<string, string> Listed = File.ReadLines(Path.Combine(Project.Root, "docs", "errors.md"))
        .Select(line => Row().Match(line)).Where(match => match.Success).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    private readonly CmdletSession _session = new();

    public ErrorTests()
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        _session.Write("xenkube.json", $$"""{ "reservationsFile": "{{_session["hostsfile"]}}" }""");
        _session.Write("hostsfile", "");
    }

    public static TheoryData<string, string> Trouble => new()
    {
        { "ClusterExists", "New-Cluster etcd" },
        { "ClusterNotFound", "Get-Cluster nope" },
        { "ClusterNotFound", "xencd nope" },
        { "ClusterNotEmpty", "Remove-Cluster etcd -Confirm:$false" },
        { "NameInvalid", "New-Cluster 'a b'" },
        { "NameInvalid", "Get-Node 'a/b/c'" },
        { "NameInvalid", "New-Node 'etcd/*'" },
        { "NodeNotFound", "Get-Node etcd nobody" },
        { "NodeNotFound", "Remove-Node etcd nobody -Confirm:$false" },
        { "ImageNotFound", "New-Node etcd x -Image 9.9.9" },
        { "NodeDiskExists", "New-Node etcd node-1 -SkipVerification" },
        { "ImageNotFound", "Get-CoreOSImage 9.9.9 -Offline" },
        { "ImageNotFound", "Remove-CoreOSImage 9.9.9 -Force" },
        { "FileNotFound", "Import-CoreOSImage gone.bin.bz2" },
        { "FileNotFound", "ConvertTo-Ignition gone.ct" },
        { "FileNotFound", "Test-Ignition -LiteralPath gone.json" },
        { "FileNotFound", "Get-FirewallRule -Path gone.v4" },
        { "FileNotFound", "Add-FirewallPort 80 -Path 'gone*.v4'" },
        { "PathAmbiguous", "Add-FirewallPort 80 -Path *.ct" },
        { "PathAmbiguous", "Add-FirewallPort 80 -Path a -LiteralPath b" },
        { "ConfigFailed", "'passwd: [' | ConvertTo-Ignition" },
        { "NodeNotNamed", "Get-Content -Raw node-1.ct | ConvertTo-Ignition | Publish-Ignition" },
        { "IgnitionNotPublished", "Unpublish-Ignition etcd node-1" },
        { "PartitionTableMissing", "Get-DiskPartition etcd node-1" },
        { "PartitionTableMissing", "Set-OemGrubConfig etcd node-1" },
        { "PartitionTableMissing", "Mount-NodeDisk etcd node-1" },
        { "ConfigUriMissing", "Set-OemGrubConfig -LiteralPath ../../hostsfile" },
        { "DriveNotFound", "Dismount-NodeDisk nodrive" },
        { "DriveNotFound", "Test-Ignition -LiteralPath nodrive:/x" },
        { "DriveNotFound", "Get-Cluster -XenDir nodrive:/x" },
        { "PathInvalid", "Copy-NodeDiskItem ../../hostsfile Env:NAME" },
        { "PathInvalid", "Find-CoreOSImage -BaseUri \"a`0b\"" },
        { "ConfigUriInvalid", "Test-IgnitionEndpoint etcd node-1 -Uri 0.0.0.0" },
        { "ConfigUriInvalid", "Test-IgnitionEndpoint etcd node-1 -Uri ftp://127.0.0.1:1/x" },
        { "KeyNotFound", "Get-SigningKey 12345678" },
        { "KeyNotFound", "Remove-SigningKey 0123456789ABCDEF -Confirm:$false" },
        { "WaitTimeout", "$null = Start-IgnitionServer 127.0.0.1 0; Wait-Ignition etcd node-1 -Timeout 1" },
        { "FileNotFound", "Get-IgnitionRequest -LogPath gone.log" },
        { "ClusterDirectoryInvalid", "Set-Location /; kup node-1" },
        { "NodeNotNamed", "kgen refresh" },
        { "StepUnknown", "kgen nonsense node-1" },
        { "ReservationNotFound", "Get-DhcpReservation 10.0.0.1" },
    };

    public void Dispose() => _session.Dispose();

    [Theory]
    [MemberData(nameof(Trouble))]
    public void Error_has_id_category_and_what_to_do(string id, string script)
    {
        var error = _session.Run(script).Error(id);
        Assert.Matches($@"^{id},XenKube\.Commands\.[\w.]+Command$", error.FullyQualifiedErrorId);
        Assert.Equal(Listed[id], $"{error.CategoryInfo.Category}");
        Assert.False(string.IsNullOrEmpty(error.ErrorDetails?.RecommendedAction));
        Assert.IsAssignableFrom<XenKubeException>(error.Exception);
        Assert.NotEqual("", error.ToString());
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Guest_that_is_not_there_is_an_error_of_the_same_kind()
    {
        CmdletSession.SetEnvironment("XENKUBE_XL", Project.Tests("Pester", "stand-in-xl.sh"));
        Directory.CreateDirectory(_session[".xl"]);
        CmdletSession.SetEnvironment("XL_STATE", _session[".xl"]);
        Error_has_id_category_and_what_to_do("GuestNotFound", "Get-XenGuest nobody");
    }

    [Fact]
    public void Error_names_what_it_is_about()
    {
        Assert.Equal("etcd/nobody", _session.Run("Get-Node etcd nobody, node-1").Error("NodeNotFound").TargetObject);
        var result = _session.Run("Get-Node etcd | Get-DiskPartition");
        Assert.Equal(["etcd/node-1", "etcd/node-2"], result.Errors.Select(error => error.TargetObject.ToString()));
        Assert.EndsWith(
            "gone.ct",
            _session.Run("ConvertTo-Ignition gone.ct, node-1.ct").Error("FileNotFound").TargetObject.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Error_of_one_object_lets_the_command_go_on_and_one_of_the_command_ends_it()
    {
        Assert.Equal(
            2,
            _session.Run("'etcd/nobody', 'etcd/node-1', 'etcd/nothing', 'etcd/node-2' |"
                + " ForEach-Object { Get-Node $_ -ErrorAction SilentlyContinue }").Output.Count);
        CmdletSession.SetEnvironment("XENDIR", null);
        Assert.Equal(
            ["XenDirNotSet"],
            _session.Run("try { Get-Node etcd -ErrorAction SilentlyContinue; 'went on' } catch [XenKube.XenKubeException] { $_.Exception.ErrorId }")
                .Output.Select(item => item!.ToString()));
    }

    [Fact]
    public void Error_is_caught_by_its_type() =>
        Assert.Equal(
            ["NodeNotFound"],
            _session.Run("try { Get-Node etcd nobody -ErrorAction Stop } catch [XenKube.ItemNotFoundException] { $_.Exception.ErrorId }").Lines());

    [GeneratedRegex(@"^\| `(\w+)` \| (\w+) \|")]
    private static partial Regex Row();
}
