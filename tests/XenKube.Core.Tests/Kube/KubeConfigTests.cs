using XenKube.Certificates;
using XenKube.Kube;
using XenKube.Tests.Certificates;
using XenKube.Tests.Support;

namespace XenKube.Tests.Kube;

/// <summary>Clusters are written into kubeconfigs: what is kept, replaced, refused; and that nothing shows a key.</summary>
public sealed class KubeConfigTests : IDisposable
{
    private const string Foreign = """
        # mine
        apiVersion: v1
        kind: Config
        preferences: {colors: true}
        later: {zoo: 1, a10: x, a9: "yes", at: "2026-01-01", clock: "10:20", none: null, part: 1.5, many: [b, a]}
        clusters:
        - {name: zeta, cluster: {server: "https://z", future-field: [1, {b: 2, a: 1}]}}
        - {name: etcd, cluster: {server: "https://192.0.2.1:6443", certificate-authority: /old, proxy-url: "http://proxy"}}
        contexts:
        - {name: zeta, context: {cluster: zeta, user: me}}
        - {name: etcd, context: {cluster: other, user: other, namespace: kube-system}}
        current-context: zeta
        users:
        - name: me
          user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: login, args: null}}

        """;

    private readonly CertificateWorld _world = new(nodes: 2);

    public KubeConfigTests() => _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256);

    public void Dispose() => _world.Dispose();

    private string Path => _world["home/.kube/config"];

    private KubeConfig Write(KubeConfigOptions? options = null) =>
        new KubeConfigs(_world.Directory, _world).Write("etcd", (options ?? new KubeConfigOptions()) with { Path = options?.Path ?? Path });

    private void Given(string text)
    {
        Directory.CreateDirectory(_world["home/.kube"]);
        File.WriteAllText(Path, text);
    }

    [Fact]
    public void New_file_is_its_owners_alone_and_has_all_that_kubectl_needs()
    {
        var made = Write();
        Assert.Equal("https://192.168.100.11:8443", made.Server);
        Assert.Equal(("etcd", "etcd", "etcd-admin", true), (made.Context, made.Cluster, made.User, made.IsCurrent));
        Assert.InRange((made.CertificateNotAfter - DateTimeOffset.UtcNow).TotalDays, 364, 366);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_world.File("etcd-kube-client-key.pem")));
        Assert.False(File.Exists(Path + ".lock"));
        Assert.Equal(["apiVersion: v1", "clusters:", "contexts:", "current-context: etcd", "kind: Config", "preferences: {}", "users:"],
            File.ReadLines(Path).Where(line => line[0] is not (' ' or '-')));
        Assert.DoesNotContain(new KubeConfigCheck(clock: _world).Run(Path), check => check.Status != CheckStatus.Pass);
    }

    [Fact]
    public void All_else_in_the_file_is_kept_and_comes_in_the_order_of_kubectl()
    {
        Given(Foreign);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        // The address that the file has is kept too.
        Assert.Equal("https://192.0.2.1:6443", Write(new KubeConfigOptions { KeepCurrentContext = true }).Server);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        var lines = File.ReadAllLines(Path).Where(line => !line.Contains("-data: ", StringComparison.Ordinal));
        Assert.Equal("""
            apiVersion: v1
            clusters:
            - cluster:
                proxy-url: http://proxy
                server: https://192.0.2.1:6443
              name: etcd
            - cluster:
                future-field:
                - 1
                - a: 1
                  b: 2
                server: https://z
              name: zeta
            contexts:
            - context:
                cluster: etcd
                namespace: kube-system
                user: etcd-admin
              name: etcd
            - context:
                cluster: zeta
                user: me
              name: zeta
            current-context: zeta
            kind: Config
            later:
              a9: "yes"
              a10: x
              at: "2026-01-01"
              clock: "10:20"
              many:
              - b
              - a
              none: null
              part: 1.5
              zoo: 1
            preferences:
              colors: true
            users:
            - name: etcd-admin
              user:
            - name: me
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  args: null
                  command: login
            """.Split('\n'), lines);
        var once = File.ReadAllBytes(Path);
        Write(new KubeConfigOptions { KeepCurrentContext = true });
        Assert.Equal(once, File.ReadAllBytes(Path));
    }

    [Fact]
    public void Files_are_named_where_asked_for_and_the_content_goes()
    {
        Write();
        Write(new KubeConfigOptions { UseFiles = true });
        var text = File.ReadAllText(Path);
        Assert.DoesNotContain("-data:", text, StringComparison.Ordinal);
        Assert.Contains($"client-key: {_world.File("etcd-kube-client-key.pem")}", text, StringComparison.Ordinal);
        Assert.DoesNotContain(new KubeConfigCheck(clock: _world).Run(Path), check => check.Status != CheckStatus.Pass);
        // Below the kubeconfig's directory they are relative, as with kubectl.
        var near = _world["guests/etcd/kubeconfig"];
        Write(new KubeConfigOptions { UseFiles = true, Path = near });
        Assert.Contains("certificate-authority: certs/etcd-ca.pem", File.ReadAllText(near), StringComparison.Ordinal);
        Assert.DoesNotContain(new KubeConfigCheck(clock: _world).Run(near), check => check.Status != CheckStatus.Pass);
    }

    [Fact]
    public void Certificate_that_is_right_is_left_alone_and_made_again_where_asked_for_or_wrong()
    {
        Write();
        var first = File.ReadAllText(_world.File("etcd-kube-client.pem"));
        Write(new KubeConfigOptions { Days = 5 });
        Assert.Equal(first, File.ReadAllText(_world.File("etcd-kube-client.pem")));
        Write(new KubeConfigOptions { Force = true });
        var second = File.ReadAllText(_world.File("etcd-kube-client.pem"));
        Assert.NotEqual(first, second);
        Write(new KubeConfigOptions { Group = "kubeadm:cluster-admins" });
        var third = File.ReadAllText(_world.File("etcd-kube-client.pem"));
        Assert.NotEqual(second, third);
        Assert.Contains("O=kubeadm:cluster-admins", new KubeConfigCheck(clock: _world).Run(Path).Single(check => check.Name == "certificate").Message, StringComparison.Ordinal);
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256, force: true);
        Write(new KubeConfigOptions { Group = "kubeadm:cluster-admins" });
        Assert.NotEqual(third, File.ReadAllText(_world.File("etcd-kube-client.pem")));
        Assert.DoesNotContain(new KubeConfigCheck(clock: _world).Run(Path), check => check.Status != CheckStatus.Pass);
    }

    [Fact]
    public void Authority_that_Kubernetes_has_of_its_own_signs()
    {
        foreach (var name in new[] { "ca", "ca-key" })
        {
            File.Move(_world.File($"etcd-{name}.pem"), _world.File($"etcd-kube-{name}.pem"));
        }
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256);
        Write(new KubeConfigOptions { UseFiles = true });
        Assert.Contains("etcd-kube-ca.pem", File.ReadAllText(Path), StringComparison.Ordinal);
        Assert.DoesNotContain(new KubeConfigCheck(clock: _world).Run(Path), check => check.Status != CheckStatus.Pass);
        // Its key is elsewhere: a certificate that is right needs no signature.
        File.Delete(_world.File("etcd-kube-ca-key.pem"));
        Write();
        Assert.Equal(ErrorIds.CertificateAuthorityKeyMissing.Name, Assert.Throws<ItemNotFoundException>(() => Write(new KubeConfigOptions { Force = true })).ErrorId);
    }

    [Theory]
    [InlineData("- a\n", "its top is not a mapping")]
    [InlineData("kind: Pod\napiVersion: v1\n", "its kind is not Config")]
    [InlineData("apiVersion: v2\n", "its apiVersion is not v1")]
    [InlineData("clusters: {a: b}\n", "its clusters are not a list")]
    [InlineData("users: [{name: a}, {name: a}]\n", "two of its users are named 'a'")]
    [InlineData("contexts: [{context: {}}]\n", "an entry of its contexts is not a context with a name")]
    [InlineData("contexts: [{name: a, context: [1]}]\n", "an entry of its contexts is not a context with a name")]
    [InlineData("users: {name: \"secret-key-text\n", "is not YAML")]
    [InlineData("a: 1\na: 2\n", "is not YAML")]
    public void What_is_not_a_kubeconfig_is_refused_and_stays(string text, string reason)
    {
        Given(text);
        var error = Assert.Throws<InvalidInputException>(() => Write());
        Assert.Equal(ErrorIds.KubeConfigInvalid.Name, error.ErrorId);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key-text", error.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(Path));
        Assert.False(File.Exists(_world.File("etcd-kube-client.pem")));
        var check = Assert.Single(new KubeConfigCheck().Run(Path));
        Assert.Equal(("file", CheckStatus.Fail), (check.Name, check.Status));
        Assert.DoesNotContain("secret-key-text", check.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_that_multiply_and_deep_nesting_are_refused_soon()
    {
        Given("a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range('b', 9).Select(c => $"{(char)c}: &{(char)c} [{string.Join(',', Enumerable.Repeat($"*{(char)(c - 1)}", 9))}]\n")));
        Assert.Throws<InvalidInputException>(() => Write());
        Given("a: " + new string('[', 5000));
        Assert.Throws<InvalidInputException>(() => Write());
    }

    [Theory]
    [InlineData("http://192.168.100.20:8443")]
    [InlineData("192.168.100.20:8443")]
    [InlineData("https://user:word@192.168.100.20")]
    [InlineData("/relative")]
    public void Address_that_is_not_one_of_an_API_server_is_refused(string server)
    {
        Assert.Equal(ErrorIds.KubeServerInvalid.Name, Assert.Throws<InvalidInputException>(() => Write(new KubeConfigOptions { Server = new Uri(server, UriKind.RelativeOrAbsolute) })).ErrorId);
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void Lock_of_a_kubectl_that_was_stopped_is_told()
    {
        Given(Foreign);
        File.WriteAllText(Path + ".lock", "");
        var error = Assert.Throws<ItemInUseException>(() => Write());
        Assert.Equal(ErrorIds.KubeConfigInUse.Name, error.ErrorId);
        Assert.Contains($"rm {Path}.lock", error.Message, StringComparison.Ordinal);
        File.Delete(Path + ".lock");
        Write();
    }

    [Fact]
    public void Two_that_write_at_once_both_have_their_clusters_in_the_file()
    {
        Parallel.For(0, 6, number => Write(new KubeConfigOptions { ContextName = $"c{number}", UserName = $"u{number}" }));
        var text = File.ReadAllText(Path);
        Assert.All(Enumerable.Range(0, 6), number => Assert.Contains($"  name: c{number}\n", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_and_checks_show_no_key()
    {
        Write();
        var keys = KeyScanner.Lines(_world["guests/etcd/certs"]);
        var shown = string.Join('\n', new KubeConfigCheck(clock: _world).Run(Path));
        File.WriteAllText(Path, File.ReadAllText(Path).Replace("client-key-data: ", "client-key-data: !", StringComparison.Ordinal));
        shown += string.Join('\n', new KubeConfigCheck(clock: _world).Run(Path));
        File.WriteAllText(Path, File.ReadAllText(Path).Replace("client-key-data: !", "client-key-data: \"", StringComparison.Ordinal));
        shown += string.Join('\n', new KubeConfigCheck(clock: _world).Run(Path)) + Assert.Throws<InvalidInputException>(() => Write());
        Assert.Empty(KeyScanner.Find(shown, keys));
        Assert.DoesNotContain("LS0tLS1CRUdJTiBFQyBQUklWQVRF", shown, StringComparison.Ordinal);
    }
}
