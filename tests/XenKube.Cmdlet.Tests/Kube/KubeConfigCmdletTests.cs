using XenKube.Kube;
using XenKube.Tests.Support;

namespace XenKube.Tests.Kube;

/// <summary>The cmdlets of kubeconfigs: parameters, pipelines, -WhatIf, errors; and that none of them ever shows a key.</summary>
public sealed class KubeConfigCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public KubeConfigCmdletTests()
    {
        _session.MakeCluster(hasDisks: false, "node-1");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n");
        _session.Run("New-CertificateAuthority etcd -KeyAlgorithm EcdsaP256").ShouldSucceed();
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Options_reach_the_file_and_the_object()
    {
        var path = _session["kubeconfig"];
        var made = _session.Run($"Get-Cluster etcd | New-KubeConfig -Path '{path}' -Server https://192.168.100.20:8443 -UserName me -ContextName there -Day 10 -UseFile").One<KubeConfig>();
        Assert.Equal((path, "there", "etcd", "me", "https://192.168.100.20:8443"), (made.Path, made.Context, made.Cluster, made.User, made.Server));
        Assert.InRange((made.CertificateNotAfter - DateTimeOffset.UtcNow).TotalDays, 9, 11);
        var text = File.ReadAllText(path);
        Assert.Contains("  name: there\ncurrent-context: there\n", text, StringComparison.Ordinal);
        Assert.Contains("client-key: guests/etcd/certs/etcd-kube-client-key.pem", text, StringComparison.Ordinal);
        Assert.False(_session.Run($"New-KubeConfig etcd '{path}' -KeepCurrentContext").One<KubeConfig>().IsCurrent);
    }

    [Fact]
    public void Result_goes_on_to_the_check_with_its_context()
    {
        var path = _session["kubeconfig"];
        _session.Run($"New-KubeConfig etcd '{path}'").ShouldSucceed();
        var checks = _session.Run($"New-KubeConfig etcd '{path}' -ContextName other -KeepCurrentContext | Test-KubeConfig").All<CheckResult>();
        Assert.All(checks, check => Assert.Equal(CheckStatus.Pass, check.Status));
        Assert.Contains(checks, check => check.Message == "other: etcd-admin at etcd");
        Assert.Equal(["True"], _session.Run($"Test-KubeConfig '{path}' -Quiet").Lines());
        Assert.Equal(["True"], _session.Run($"Get-Item '{path}' | Test-KubeConfig -Quiet").Lines());
        Assert.Equal(["True"], _session.Run($"Test-KubeConfig '{_session["kubec*g"]}' -Quiet").Lines());
        // A name with brackets is not a pattern where an object has it.
        var odd = _session["kube[1]"];
        Assert.All(_session.Run($"New-KubeConfig etcd '{odd}' | Test-KubeConfig").All<CheckResult>(), check => Assert.Equal(CheckStatus.Pass, check.Status));
        var warned = _session.Run($"New-KubeConfig etcd '{path}' -Day 10 -Force | Test-KubeConfig").All<CheckResult>().Single(check => check.Status == CheckStatus.Warn);
        Assert.Equal($"Make the certificate again: New-KubeConfig etcd -Path {path} -Force", warned.Remedy);
        Assert.Equal(["False"], _session.Run($"Test-KubeConfig '{path}', ./nowhere -Quiet").Lines());
    }

    [Fact]
    public void WhatIf_makes_nothing()
    {
        var path = _session["kubeconfig"];
        Assert.Contains(path, Assert.Single(_session.Run($"New-KubeConfig etcd '{path}' -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
        Assert.False(File.Exists(path));
        Assert.False(File.Exists(_session["guests/etcd/certs/etcd-kube-client.pem"]));
    }

    [Fact]
    public void Errors_have_their_ids()
    {
        _session.Write("kubeconfig", "kind: Pod\n");
        _session.Run($"New-KubeConfig etcd '{_session["kubeconfig"]}'").Error("KubeConfigInvalid");
        _session.Run($"New-KubeConfig etcd '{_session["other"]}' -Server http://192.168.100.20").Error("KubeServerInvalid");
        _session.Run("$null = New-Cluster web").ShouldSucceed();
        _session.Run($"New-KubeConfig web '{_session["other"]}' -Server https://192.168.100.20").Error("CertificateAuthorityMissing");
    }
}
