using System.Diagnostics;
using XenKube.Certificates;
using XenKube.Kube;
using XenKube.Tests.Certificates;
using XenKube.Tests.Support;

namespace XenKube.Tests.Kube;

/// <summary>kubectl writes the same bytes, reads what we wrote, and reaches a server by it.</summary>
[Trait("Kind", "Process")]
public sealed class KubectlTests : IDisposable
{
    private readonly CertificateWorld _world = new(nodes: 1);

    public KubectlTests()
    {
        Tool.Need("kubectl");
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256);
    }

    public void Dispose() => _world.Dispose();

    private string Ours => _world["ours"];

    private string Theirs => _world["theirs"];

    private KubeConfig Write(KubeConfigOptions? options = null) =>
        new KubeConfigs(_world.Directory, _world).Write("etcd", (options ?? new KubeConfigOptions()) with { Path = Ours });

    private ToolResult Kubectl(string file, params string[] words) => Tool.Run("kubectl", ["--kubeconfig", file, "--cache-dir", _world["kubectl-cache"], .. words]);

    private void WriteByKubectl(string server, params string[] embed)
    {
        Kubectl(Theirs, ["config", "set-cluster", "etcd", "--server", server, "--certificate-authority", _world.File("etcd-ca.pem"), .. embed]).ShouldSucceed();
        var user = Kubectl(Theirs, ["config", "set-credentials", "etcd-admin", "--client-certificate", _world.File("etcd-kube-client.pem"),
            "--client-key", _world.File("etcd-kube-client-key.pem"), .. embed]);
        Assert.SkipWhen(user.Error.Contains("SIGSEGV", StringComparison.Ordinal), "this kubectl crashes when it writes a user");
        user.ShouldSucceed();
        Kubectl(Theirs, "config", "set-context", "etcd", "--cluster", "etcd", "--user", "etcd-admin").ShouldSucceed();
        Kubectl(Theirs, "config", "use-context", "etcd").ShouldSucceed();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void New_file_is_the_same_byte_for_byte(bool isEmbedded)
    {
        var made = Write(new KubeConfigOptions { UseFiles = !isEmbedded });
        WriteByKubectl(made.Server, isEmbedded ? ["--embed-certs"] : []);
        Assert.Equal(File.ReadAllText(Theirs), File.ReadAllText(Ours));
        Assert.Equal(File.GetUnixFileMode(Theirs), File.GetUnixFileMode(Ours));
    }

    [Fact]
    public void Merged_file_is_the_same_byte_for_byte()
    {
        const string before = """
            apiVersion: v1
            kind: Config
            preferences: {colors: true, extensions: [{name: p, extension: {x: 1}}]}
            extensions:
            - name: zoo
              extension: {b: 1, a: "yes", c: "1.5", d: "null", last: 'Mon, 01', e: "a: b", f: "- x", g: "", h: "x\ny\n", i: "#c", j: "@k", k: 'it''s', l: " lead", m10: t, m9: t, m_: t, mA: t, nn: "0x1F", o: "2001-01-01", p: "12:30", q: 'back\slash', s: "über", t: [], u: {}, v: true, w: "~", x: "!t", yy: "%d", z: "[a]"}
            - name: ant
              extension: text
            clusters:
            - name: zeta
              cluster: {server: "https://z", insecure-skip-tls-verify: true, tls-server-name: z.example}
            - name: '10'
              cluster: {server: "https://a", extensions: [{name: z, extension: {k: v}}, {name: a, extension: 5}]}
            - name: etcd
              cluster: {server: "https://old", certificate-authority: /old/ca.pem, proxy-url: "http://p:1"}
            contexts:
            - name: etcd
              context: {cluster: a, user: b, namespace: kube-system}
            - name: a/b c
              context: {cluster: zeta, user: "yes"}
            users:
            - name: "yes"
              user:
                token: "123"
            - name: etcd-admin
              user: {client-certificate: /old/c.pem, client-key: /old/k.pem, token: abc}
            current-context: zeta
            """;
        File.WriteAllText(Ours, before);
        File.WriteAllText(Theirs, before);
        File.SetUnixFileMode(Theirs, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write(new KubeConfigOptions { Server = new Uri("https://192.168.100.20:8443") });
        WriteByKubectl("https://192.168.100.20:8443", "--embed-certs");
        Assert.Equal(File.ReadAllText(Theirs), File.ReadAllText(Ours));
    }

    [Fact]
    public void Server_is_reached_by_kubectl_and_by_the_check_or_by_neither()
    {
        Tool.Need("nginx");
        _world.Store.Create(_world.Node(1), new CertificateOptions { AdditionalNames = ["127.0.0.1"] });
        var (port, alone) = (FreePort.Next(), FreePort.Next());
        void Compare(string server, bool isGood, string why, Func<string, string>? edit = null)
        {
            Write(new KubeConfigOptions { Server = new Uri(server) });
            if (edit is not null)
            {
                File.WriteAllText(Ours, edit(File.ReadAllText(Ours)));
            }
            var theirs = Kubectl(Ours, "get", "--raw", "/version", "--request-timeout", "20s");
            var check = new KubeConfigCheck(new KubeConfigCheckOptions { Connect = true, Timeout = TimeSpan.FromSeconds(20) }).Run(Ours)
                .Single(check => check.Name == "connection");
            Assert.Equal((isGood, isGood), (theirs.ExitCode == 0, check.Status == CheckStatus.Pass));
            Assert.Contains(why, check.Message, StringComparison.Ordinal);
        }
        using var nginx = StartNginx(port);
        try
        {
            WaitFor(port);
            CompareAll();
        }
        finally
        {
            nginx.Kill();
            nginx.WaitForExit();
        }

        void CompareAll()
        {
            Compare($"https://127.0.0.1:{port}", true, "the server answers");
            Compare($"https://localhost:{port}", false, "it is not for localhost, but for etcd-node-1, ");
            Compare($"https://localhost:{port}", true, "the server answers", text => text.Replace("    server:", "    tls-server-name: etcd-node-1\n    server:", StringComparison.Ordinal));
            Compare($"https://127.0.0.1:{alone}", false, "refused");
            _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256, force: true);
            // The server and its clients trust different authorities.
            Compare($"https://127.0.0.1:{port}", false, "its signature is not by the key of CN=etcd cluster CA");
        }
    }

    private Process StartNginx(int port)
    {
        File.Copy(_world.File("etcd-ca.pem"), _world["client-ca.pem"]);
        var path = _world.Write("nginx.conf", $$"""
            daemon off; master_process off; pid {{_world["nginx.pid"]}}; error_log {{_world["error.log"]}};
            events { }
            http {
              access_log off; client_body_temp_path {{_world["body"]}}; proxy_temp_path {{_world["proxy"]}}; fastcgi_temp_path {{_world["fastcgi"]}};
              uwsgi_temp_path {{_world["uwsgi"]}}; scgi_temp_path {{_world["scgi"]}};
              server {
                listen 127.0.0.1:{{port}} ssl; ssl_certificate {{_world.File("etcd-node-1-server.pem")}}; ssl_certificate_key {{_world.File("etcd-node-1-server-key.pem")}};
                ssl_client_certificate {{_world["client-ca.pem"]}}; ssl_verify_client on;
                location = /version { default_type application/json; return 200 '{"major":"1","minor":"32","gitVersion":"v1.32.0"}'; }
              }
            }
            """);
        return Process.Start(new ProcessStartInfo(Tool.Find("nginx")!, ["-c", path, "-e", _world["error.log"]])
            { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    private static void WaitFor(int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new System.Net.Sockets.TcpClient("127.0.0.1", port);
                return;
            }
            catch (System.Net.Sockets.SocketException) when (attempt < 600)
            {
                Thread.Sleep(50);
            }
        }
    }
}
