using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Pipeline;

/// <summary>An object from the pipeline means the thing that it is, and never something else of its name.</summary>
public sealed class TargetTests : IDisposable
{
    /// <summary>Sends an object as Invoke-Command -HostName alpha would: only its properties arrive, and the name of the host.</summary>
    private const string FromAlpha = "ForEach-Object { [Management.Automation.PSSerializer]::Deserialize("
        + "[Management.Automation.PSSerializer]::Serialize($_)) } | Add-Member PSComputerName alpha -PassThru";

    private readonly CmdletSession _session = new();

    public void Dispose() => _session.Dispose();

    // The cluster etcd with two nodes, and a node called etcd in the cluster web.
    private void MakeClusters()
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        Directory.CreateDirectory(_session["guests/web"]);
        _session.Write("guests/web/etcd.ct", "");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
    }

    [Theory]
    [InlineData("Get-Node web/etcd")]
    [InlineData("Get-Node web/etcd | Select-Object Name")]
    [InlineData("Get-Node web/etcd | Select-Object Name, Cluster")]
    [InlineData("Get-Node web/etcd | " + FromAlpha)]
    [InlineData("Get-Node web/etcd | ConvertTo-Csv | ConvertFrom-Csv")]
    [InlineData("Get-Item /etc")]
    [InlineData("New-Item -ItemType Directory elsewhere/etcd")]
    [InlineData("Get-DhcpReservation")]
    [InlineData("Get-SigningKey")]
    [InlineData("Get-CoreOSImage")]
    [InlineData("Get-XenKubeBackup; [pscustomobject]@{ Cluster = 'web'; Name = 'etcd' }")]
    [InlineData("Get-Date")]
    public void What_is_not_a_cluster_removes_no_cluster(string input)
    {
        MakeClusters();
        var result = _session.Run($"{input} | Remove-Cluster -Force");
        Assert.NotEmpty(result.Errors);
        Assert.All(result.ErrorIds, id => Assert.Equal("InputInvalid", id));
        Assert.Equal(["etcd", "web"], Directory.GetDirectories(_session["guests"]).Select(Path.GetFileName).Order());
        Assert.Equal(3, _session.Run("Get-Node").All<Node>().Count);
    }

    [Theory]
    [InlineData("Get-Cluster etcd")]
    [InlineData("Get-Item .")]
    [InlineData("'etcd'")]
    [InlineData("'et*'")]
    [InlineData("[pscustomobject]@{ Name = 'etcd' }")]
    [InlineData("[pscustomobject]@{ Cluster = 'etcd' }")]
    [InlineData("Get-Cluster etcd | Select-Object Name")]
    [InlineData("Get-Cluster etcd | ConvertTo-Csv | ConvertFrom-Csv")]
    public void Cluster_is_removed_by_what_names_it(string input)
    {
        MakeClusters();
        _session.Run($"{input} | Remove-Cluster -Force").ShouldBeEmpty();
        Assert.Equal(["web"], Directory.GetDirectories(_session["guests"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Nodes_make_no_clusters_of_their_names()
    {
        MakeClusters();
        Assert.Equal(["InputInvalid", "InputInvalid"], _session.Run("Get-Node etcd | New-Cluster").ErrorIds);
        Assert.Equal(2, Directory.GetDirectories(_session["guests"]).Length);
    }

    [Fact]
    public void Cluster_of_nodes_can_be_looked_at()
    {
        MakeClusters();
        Assert.Equal(["etcd"], _session.Run("Get-Node etcd | Get-Cluster | Select-Object -ExpandProperty Name -Unique").Lines());
    }

    [Theory]
    [InlineData("etcd/typo", "NodeNotFound")]
    [InlineData("nosuch/node", "ClusterNotFound")]
    [InlineData("nosuch", "ClusterNotFound")]
    [InlineData("a/b/c", "NameInvalid")]
    public void Name_that_does_not_exist_is_the_same_error_piped_and_typed(string name, string id)
    {
        MakeClusters();
        foreach (var command in new[] { "Get-Node", "Remove-Node -Force", "New-XenGuest", "Reset-Ignition", "Test-Node", "Get-DiskPartition", "Publish-Ignition",
            "Set-OemGrubConfig", "Unpublish-Ignition -Force", "Stop-XenGuest", "Mount-NodeDisk", "Show-NodeDisk", "Get-NodeBootPlan", "Wait-Ignition" })
        {
            _session.Run($"{command} '{name}'").Error(id);
            _session.Run($"'{name}' | {command}").Error(id);
        }
        Assert.False(File.Exists(_session["guests/etcd/typo.cfg"]));
    }

    [Fact]
    public void Node_that_is_gone_by_now_is_an_error()
    {
        MakeClusters();
        var result = _session.Run("$n = Get-Node etcd/node-1; Remove-Node etcd/node-1 -Force; $n | New-XenGuest -Memory 1GB");
        result.Error("NodeNotFound");
        Assert.False(File.Exists(_session["guests/etcd/node-1.cfg"]));
    }

    [Fact]
    public void Node_of_another_host_that_is_not_here_is_an_error()
    {
        MakeClusters();
        var result = _session.Run($"Get-Node etcd/node-1 | {FromAlpha} | ForEach-Object {{ $_.Name = 'node-9'; $_ }} | Remove-Node -Force");
        result.Error("NodeNotFound");
        Assert.Equal(3, _session.Run("Get-Node").All<Node>().Count);
    }

    [Theory]
    [InlineData("Remove-Node etcd/node-1")]
    [InlineData("Remove-Cluster etcd")]
    [InlineData("Remove-XenGuest etcd/node-1")]
    [InlineData("Remove-SigningKey (Get-SigningKey).Fingerprint")]
    [InlineData("Remove-DhcpReservation 192.168.100.11")]
    [InlineData("Unpublish-Ignition etcd/node-1")]
    [InlineData("New-Node etcd node-1 -Replace")]
    [InlineData("kdestroy node-1")]
    public void What_destroys_asks_and_Force_says_yes(string command)
    {
        MakeClusters();
        _session.Write("nginx/etcd/node-1.json", "{}");
        var asked = _session.Run(command);
        Assert.Contains(asked.Errors, error => error.ToString().Contains("a test asks nobody", StringComparison.Ordinal));
        // The question was not answered, so nothing was done.
        Assert.Equal(3, _session.Run("Get-Node").All<Node>().Count);
        Assert.True(File.Exists(_session["guests/etcd/node-1.cfg"]));
        Assert.Single(_session.Run("Get-SigningKey").Output);
        Assert.Equal(2, File.ReadAllLines(_session["hostsfile"]).Length);

        Assert.DoesNotContain(_session.Run($"{command} -Force -WhatIf").Errors, IsQuestion);
        Assert.True(File.Exists(_session["guests/etcd/node-1.cfg"]));
        Assert.Contains(_session.Run($"{command} -Force -Confirm").Errors, IsQuestion);
        Assert.DoesNotContain(_session.Run($"{command} -Force").Errors, IsQuestion);

        static bool IsQuestion(System.Management.Automation.ErrorRecord error) =>
            error.ToString().Contains("a test asks nobody", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-Node etcd/node-1", "Remove-Node")]
    [InlineData("Get-Cluster etcd", "Remove-Cluster")]
    [InlineData("Get-Node etcd/node-1", "Unpublish-Ignition")]
    [InlineData("Get-Node etcd/node-1", "Reset-Ignition")]
    [InlineData("Get-Node etcd/node-1", "New-XenGuest -Force -Memory 1GB")]
    [InlineData("Get-Node etcd/node-1", "Set-XenGuest -Memory 1GB")]
    [InlineData("Get-Node etcd/node-1", "Set-OemGrubConfig")]
    [InlineData("Get-DhcpReservation 192.168.100.11", "Remove-DhcpReservation")]
    [InlineData("Get-SigningKey", "Remove-SigningKey")]
    public void Confirmation_names_the_host_that_an_object_came_from(string input, string command)
    {
        MakeClusters();
        _session.Write("nginx/etcd/node-1.json", "{}");
        var result = _session.Run($"{input} | {FromAlpha} | {command} -WhatIf");
        var said = string.Join('\n', result.ShouldSucceed().Said);
        Assert.Contains($"from the host alpha; changed on this host, {Environment.MachineName}", said, StringComparison.Ordinal);
        Assert.Contains(result.Warnings, warning => warning.Contains("the host alpha", StringComparison.Ordinal));
        // An object of this session is named as ever.
        var own = _session.Run($"{input} | {command} -WhatIf").ShouldSucceed();
        Assert.DoesNotContain("host alpha", string.Join('\n', own.Said), StringComparison.Ordinal);
        Assert.DoesNotContain(own.Warnings, warning => warning.Contains("came from", StringComparison.Ordinal));
    }

    [Fact]
    public void Saved_object_says_that_its_origin_is_unknown_and_an_object_of_a_local_job_is_local()
    {
        MakeClusters();
        Assert.Contains("another session or a file", string.Join('\n', _session.Run(
            "Get-Node etcd/node-1 | Export-Clixml saved.xml; Import-Clixml saved.xml | Remove-Node -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
        var local = _session.Run($"Get-Node etcd/node-1 | {FromAlpha.Replace("alpha", "localhost", StringComparison.Ordinal)} | Remove-Node -WhatIf").ShouldSucceed();
        Assert.DoesNotContain("from", string.Join('\n', local.Said), StringComparison.Ordinal);
        Assert.Empty(local.Warnings);
    }

    [Fact]
    public void XenDir_that_is_asked_for_wins_over_that_of_the_object()
    {
        MakeClusters();
        Directory.CreateDirectory(_session["other/guests/etcd"]);
        _session.Write("other/guests/etcd/node-1.ct", "");
        _session.Run($"Get-Node etcd/node-1 | Remove-Node -Force -XenDir '{_session["other"]}'").ShouldBeEmpty();
        Assert.False(File.Exists(_session["other/guests/etcd/node-1.ct"]));
        Assert.True(File.Exists(_session["guests/etcd/node-1.ct"]));
        _session.Run($"Get-Node etcd/node-2 | Remove-Node -Force -XenDir '{_session["other"]}'").Error("NodeNotFound");
        _session.Run($"'etcd/node-2' | Remove-Node -Force -XenDir '{_session["other"]}'").Error("NodeNotFound");
        // A check remembers the XENDIR of its node.
        _session.Write("other/guests/etcd/node-2.ct", "");
        Assert.All(_session.Run($"Test-Node etcd/node-2 -XenDir '{_session["other"]}' | Get-Node").All<Node>(),
            node => Assert.Equal(_session["other"], node.XenDir));
    }

    [Theory]
    [InlineData("'{}', '{}' | Test-Ignition -WarningAction Ignore")]
    [InlineData("Test-Ignition broken.json, broken.json -WarningAction Ignore")]
    [InlineData("Test-Ignition broken.json, good.json -WarningAction Ignore")]
    [InlineData("Test-Ignition good.json, nosuch.json -ErrorAction Ignore")]
    [InlineData("Test-Node etcd -Quiet")]
    [InlineData("Test-Node etcd, nosuch -Quiet -ErrorAction Ignore")]
    [InlineData("Test-IgnitionEndpoint etcd -Uri http://127.0.0.1:1/ -Timeout 1 -WarningAction Ignore -ErrorAction Ignore")]
    [InlineData("Test-ImageSignature -Path forged1, forged2 -WarningAction Ignore -ErrorAction Ignore")]
    [InlineData("Get-Item forged? | Test-ImageSignature -WarningAction Ignore -ErrorAction Ignore")]
    [InlineData("Test-ImageSignature 15*, 16* -WarningAction Ignore")]
    [InlineData("Test-ImageSignature 99* -WarningAction Ignore")]
    public void Test_of_several_objects_is_one_bool_that_if_can_use(string test)
    {
        MakeClusters();
        _session.Write("guests/etcd/broken.json", "{");
        _session.Write("guests/etcd/good.json", """{"ignition":{"version":"2.1.0"}}""");
        foreach (var name in new[] { "forged1", "forged2" })
        {
            _session.Write($"guests/etcd/{name}", "another file");
            File.Copy(CmdletSession.Release + ".sig", _session[$"guests/etcd/{name}.sig"]);
        }
        File.Copy(_session["images/coreos-1520.9.0.bin.bz2"], _session["images/coreos-1632.3.0.bin.bz2"]);
        File.Copy(_session["guests/etcd/forged1"], _session["images/coreos-1688.5.3.bin.bz2"]);
        File.Copy(_session["guests/etcd/forged1.sig"], _session["images/coreos-1688.5.3.bin.bz2.sig"]);
        File.Copy(_session["guests/etcd/forged1.sig"], _session["images/coreos-1632.3.0.bin.bz2.sig"]);
        Assert.False(_session.Run(test).One<bool>());
        Assert.Equal(["not fit"], _session.Run($"if ({test}) {{ 'FIT FOR USE' }} else {{ 'not fit' }}").Lines());
    }

    [Theory]
    [InlineData("Test-Ignition good.json, good.json")]
    [InlineData("Test-ImageSignature 15*")]
    [InlineData("Get-CoreOSImage 15* | Test-ImageSignature")]
    public void Test_is_true_where_all_pass(string test)
    {
        MakeClusters();
        _session.Write("guests/etcd/good.json", """{"ignition":{"version":"2.1.0"}}""");
        Assert.True(_session.Run(test).One<bool>());
    }
}
