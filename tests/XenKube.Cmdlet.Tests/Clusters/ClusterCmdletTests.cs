using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>New-Cluster, Get-Cluster, Remove-Cluster, and what Enter-Cluster refuses to run.</summary>
public sealed class ClusterCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void New_cluster_has_its_directories_and_is_returned()
    {
        Assert.Equal("etcd", _session.Run("New-Cluster etcd").One<Cluster>().Name);
        Assert.True(Directory.Exists(_session["guests/etcd"]));
        Assert.True(Directory.Exists(_session["nginx/etcd"]));
    }

    [Fact]
    public void New_cluster_is_the_one_that_exists_with_Force()
    {
        var first = _session.Run("New-Cluster etcd").One<Cluster>();
        Assert.Equal(first, _session.Run("New-Cluster etcd -Force").One<Cluster>());
    }

    [Fact]
    public void New_cluster_with_WhatIf_says_what_it_would_make_and_makes_nothing()
    {
        var said = Assert.Single(_session.Run("New-Cluster web -WhatIf").ShouldSucceed().Said);
        Assert.StartsWith($"What if: Create the cluster web in {_session["guests"]}", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_session["guests/web"]));
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void Name_that_is_not_one_is_refused(string name)
    {
        _session.Set("name", name);
        _session.Run("New-Cluster $name").Error("NameInvalid");
        Assert.Empty(Directory.GetFileSystemEntries(_session["guests"]));
    }

    [Fact]
    public void Without_a_XENDIR_there_is_one_error_that_says_what_to_do()
    {
        CmdletSession.SetEnvironment("XENDIR", null);
        Assert.Contains(
            "XENDIR",
            _session.Run("New-Cluster etcd").Error("XenDirNotSet").ErrorDetails.RecommendedAction,
            StringComparison.Ordinal);
    }

    [Fact]
    public void XenDir_is_relative_to_the_location_of_the_session()
    {
        CmdletSession.SetEnvironment("XENDIR", null);
        _session.GoTo(Path.GetDirectoryName(_session.Directory)!);
        _session.Set("name", Path.GetFileName(_session.Directory));
        Assert.Equal(_session.Directory, _session.Run("New-Cluster etcd -XenDir $name").One<Cluster>().XenDir);
    }

    [Fact]
    public void Clusters_are_listed_in_the_order_of_their_names_and_by_patterns()
    {
        _session.Run("New-Cluster web, etcd, db").ShouldSucceed();
        Assert.Equal(["db", "etcd", "web"], _session.Run("(Get-Cluster).Name").Lines());
        Assert.Equal(["db", "web", "etcd"], _session.Run("(Get-Cluster [dw]*, e*).Name").Lines());
        Assert.Equal(["web"], _session.Run("(Get-Cluster *e?).Name").Lines());
        _session.Run("Get-Cluster x*").ShouldBeEmpty();
    }

    [Fact]
    public void Cluster_that_does_not_exist_is_reported_and_the_next_is_taken()
    {
        _session.Run("New-Cluster web").ShouldSucceed();
        var result = _session.Run("Get-Cluster nope, web");
        var error = result.Error("ClusterNotFound");
        Assert.Equal((ErrorCategory.ObjectNotFound, "nope"), (error.CategoryInfo.Category, error.TargetObject));
        Assert.Equal("web", ((Cluster)Assert.Single(result.Output)!.BaseObject).Name);
    }

    [Fact]
    public void Nodes_are_counted_by_name_and_not_by_file()
    {
        _session.Run("New-Cluster web").ShouldSucceed();
        foreach (var name in new[] { "node-1.ct", "node-1.cfg", "node-2.ct.tmpl" })
        {
            _session.Write($"guests/web/{name}", "");
        }
        Assert.Equal(2, _session.Run("Get-Cluster web").One<Cluster>().NodeCount);
    }

    [Fact]
    public void Remove_cluster_asks_first() =>
        Assert.Equal(
            ConfirmImpact.High,
            typeof(RemoveClusterCommand).GetCustomAttributes(true).OfType<CmdletAttribute>().Single().ConfirmImpact);

    [Fact]
    public void Cluster_that_is_not_empty_is_removed_with_Force_alone()
    {
        _session.Run("New-Cluster etcd").ShouldSucceed();
        _session.Write("guests/etcd/notes.txt", "mine");
        _session.Run("Remove-Cluster etcd -Confirm:$false").Error("ClusterNotEmpty");
        Assert.True(File.Exists(_session["guests/etcd/notes.txt"]));
        _session.Run("Remove-Cluster etcd -Force -Confirm:$false").ShouldBeEmpty();
        Assert.False(Directory.Exists(_session["guests/etcd"]));
    }

    [Fact]
    public void Nothing_is_removed_with_WhatIf()
    {
        _session.Run("New-Cluster etcd").ShouldSucceed();
        Assert.NotEmpty(_session.Run("Remove-Cluster etcd -WhatIf").ShouldSucceed().Said);
        Assert.True(Directory.Exists(_session["guests/etcd"]));
    }

    [Fact]
    public void Cluster_that_does_not_exist_is_not_entered()
    {
        _session.Run("xencd nope").Error("ClusterNotFound");
        Assert.Equal(_session.Directory, _session.Location);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void Functions_that_others_may_write_are_not_run(UnixFileMode more)
    {
        _session.Run("New-Cluster etcd").ShouldSucceed();
        var file = _session.Write("guests/etcd/functions.ps1", "$global:Ran = $true");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead | more);
        Assert.Contains(
            "functions.ps1 is not run: others may write",
            Assert.Single(_session.Run("xencd etcd").ShouldSucceed().Warnings),
            StringComparison.Ordinal);
        _session.Run("Get-Variable Ran -Scope Global -ErrorAction Ignore").ShouldBeEmpty();
    }

    [Fact]
    public void Functions_in_a_directory_that_others_may_write_are_not_run()
    {
        _session.Run("New-Cluster etcd").ShouldSucceed();
        _session.Write("guests/etcd/functions.ps1", "$global:Ran = $true");
        File.SetUnixFileMode(_session["guests/etcd"], (UnixFileMode)0b111_111_111);
        Assert.Contains("others may write", Assert.Single(_session.Run("xencd etcd").ShouldSucceed().Warnings), StringComparison.Ordinal);
        _session.Run("Get-Variable Ran -Scope Global -ErrorAction Ignore").ShouldBeEmpty();
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Functions_of_another_user_are_not_run()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        _session.Run("New-Cluster etcd").ShouldSucceed();
        var file = _session.Write("guests/etcd/functions.ps1", "$global:Ran = $true");
        void Enter() => Assert.Contains("belongs to user 12345", Assert.Single(_session.Run("xencd etcd").ShouldSucceed().Warnings), StringComparison.Ordinal);

        Tool.Run("chown", "12345", file).ShouldSucceed();
        Enter();
        Tool.Run("chown", "0", file).ShouldSucceed();
        Tool.Run("chown", "12345", _session["guests/etcd"]).ShouldSucceed();
        Enter();
        // A link to a file in their directory.
        Tool.Run("chown", "0", _session["guests/etcd"]).ShouldSucceed();
        Directory.CreateDirectory(_session["theirs"]);
        File.Move(file, _session["theirs/functions.ps1"]);
        Tool.Run("chown", "-R", "12345", _session["theirs"]).ShouldSucceed();
        File.CreateSymbolicLink(file, _session["theirs/functions.ps1"]);
        Enter();
        _session.Run("Get-Variable Ran -Scope Global -ErrorAction Ignore").ShouldBeEmpty();
    }

    [Fact]
    public void Functions_are_left_alone_with_NoFunctions()
    {
        _session.Run("New-Cluster etcd").ShouldSucceed();
        _session.Write("guests/etcd/functions.ps1", "throw");
        Assert.Equal("etcd", _session.Run("Enter-Cluster etcd -NoFunctions -PassThru").One<Cluster>().Name);
        Assert.Equal(_session["guests/etcd"], _session.Location);
    }
}
