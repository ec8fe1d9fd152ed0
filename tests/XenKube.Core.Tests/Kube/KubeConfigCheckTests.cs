using System.Text.RegularExpressions;
using XenKube.Certificates;
using XenKube.Kube;
using XenKube.Tests.Certificates;
using XenKube.Tests.Cli;

namespace XenKube.Tests.Kube;

/// <summary>Each fault of a kubeconfig is found, and the remedy that the check names makes it good.</summary>
public sealed partial class KubeConfigCheckTests : IDisposable
{
    private readonly CertificateWorld _world = new(nodes: 1);

    public KubeConfigCheckTests()
    {
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256);
        Run("kubeconfig", "new", "etcd", "--file", Path, "--xen-dir", _world.Directory.Path).ShouldSucceed();
    }

    public void Dispose() => _world.Dispose();

    private string Path => _world["config"];

    private static CommandLineRun Run(params string[] words) => CommandLineRun.Of(words);

    private void Edit(string pattern, string by)
    {
        var text = File.ReadAllText(Path);
        var edited = Regex.Replace(text, pattern, by, RegexOptions.CultureInvariant);
        Assert.NotEqual(text, edited);
        File.WriteAllText(Path, edited);
    }

    private static string Data(string file) => Convert.ToBase64String(File.ReadAllBytes(file));

    /// <summary>The check fails with the name, its remedy is typed, and nothing fails any more.</summary>
    private void FailsAndIsMended(string name, string message)
    {
        var failed = Run("kubeconfig", "check", Path);
        Assert.Equal(1, failed.ExitCode);
        var line = failed.Output.Split('\n').First(line => line.StartsWith("FAIL", StringComparison.Ordinal));
        Assert.Contains($"{name}: ", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
        var command = Command().Match(line);
        Assert.True(command.Success, line);
        Run([.. command.Value.Split(' ').Skip(1).Select(word => word.Trim('\'')), "--xen-dir", _world.Directory.Path]).ShouldSucceed();
        Run("kubeconfig", "check", Path).ShouldSucceed();
    }

    [Fact]
    public void Key_of_another_certificate_is_found()
    {
        Edit("client-key-data: .*", $"client-key-data: {Data(_world.File("etcd-ca-key.pem"))}");
        FailsAndIsMended("key", "the key is that of another certificate");
    }

    [Fact]
    public void Key_or_certificate_that_is_missing_or_broken_is_found()
    {
        Edit("    client-key-data: .*\n", "");
        FailsAndIsMended("key", "the user has a certificate and no key");
        Edit("client-key-data: .*", "client-key-data: AAAA");
        FailsAndIsMended("key", "does not hold a private key");
        Edit("client-certificate-data: .*", "client-certificate-data: '%'");
        FailsAndIsMended("certificate", "its client-certificate-data is not base64");
        Edit("    client-(certificate|key)-data: .*\n", "");
        FailsAndIsMended("certificate", "the user has no certificate");
        Edit("client-certificate-data: .*", "client-certificate: nowhere.pem");
        FailsAndIsMended("certificate", "nowhere.pem does not exist");
    }

    [Fact]
    public void Certificate_of_another_authority_is_found()
    {
        var old = File.ReadAllText(Path);
        _world.Store.CreateAuthority("etcd", KeyAlgorithm.EcdsaP256, force: true);
        Edit("certificate-authority-data: .*", $"certificate-authority-data: {Data(_world.File("etcd-ca.pem"))}");
        FailsAndIsMended("chain", "its signature is not by the key of CN=etcd cluster CA");
        Assert.NotEqual(old, File.ReadAllText(Path));
    }

    [Fact]
    public void Dates_are_by_this_hosts_clock()
    {
        IReadOnlyList<CheckResult> At(double days)
        {
            _world.Now = DateTimeOffset.UtcNow.AddDays(days);
            return [.. new KubeConfigCheck(clock: _world).Run(Path).Where(check => check.Status != CheckStatus.Pass)];
        }
        Assert.Empty(At(300));
        Assert.Equal(("dates", CheckStatus.Warn), (Assert.Single(At(350)).Name, At(350)[0].Status));
        Assert.Contains("it ended on", Assert.Single(At(400)).Message, StringComparison.Ordinal);
        Assert.Contains(At(-1), check => check.Name == "dates" && check.Message.Contains("it is valid only from", StringComparison.Ordinal));
        Assert.Contains(At(4000), check => check.Name == "authority" && check.Status == CheckStatus.Fail);
        _world.Now = null;
        Run("kubeconfig", "new", "etcd", "--file", Path, "--days", "10", "--force", "--xen-dir", _world.Directory.Path).ShouldSucceed();
        Assert.Contains("WARN", Run("kubeconfig", "check", Path).ShouldSucceed().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("WARN", Run("kubeconfig", "check", Path, "--within", "5").ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Context_that_names_nothing_is_found()
    {
        Edit("user: etcd-admin", "user: nobody");
        FailsAndIsMended("context", "the context 'etcd' names the user 'nobody', which the file does not have");
        Edit("current-context: .*", "current-context: gone");
        Assert.Contains("the context 'gone' does not exist; it has etcd. Choose one: kubectl --kubeconfig", Run("kubeconfig", "check", Path).Output, StringComparison.Ordinal);
        Run("kubeconfig", "check", Path, "--context", "etcd").ShouldSucceed();
        Edit("current-context: .*", "current-context: \"\"");
        Assert.Contains("no context is the current one; it has etcd", Run("kubeconfig", "check", Path).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_without_TLS_or_without_a_check_is_found()
    {
        Edit("server: https", "server: http");
        Assert.Contains("is not an address with https", Run("kubeconfig", "check", Path).Output, StringComparison.Ordinal);
        Run("kubeconfig", "new", "etcd", "--file", Path, "--server", "https://192.168.100.20:8443", "--xen-dir", _world.Directory.Path).ShouldSucceed();
        Edit("    server:", "    insecure-skip-tls-verify: true\n    server:");
        FailsAndIsMended("authority", "insecure-skip-tls-verify is set");
        Edit("certificate-authority-data: .*", $"certificate-authority-data: {Data(_world.File("etcd-kube-client.pem"))}");
        FailsAndIsMended("authority", "it is not the certificate of an authority");
    }

    [Fact]
    public void Files_that_others_can_read_are_found()
    {
        const UnixFileMode open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(Path, open);
        var failed = Run("kubeconfig", "check", Path);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains($"chmod go-rwx {Path}", failed.Output, StringComparison.Ordinal);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Run("kubeconfig", "new", "etcd", "--file", Path, "--use-files", "--xen-dir", _world.Directory.Path).ShouldSucceed();
        File.SetUnixFileMode(_world.File("etcd-kube-client-key.pem"), open);
        Assert.Contains("key-mode: ", Run("kubeconfig", "check", Path).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_does_not_exist_is_made_by_the_remedy()
    {
        File.Delete(Path);
        var line = Run("kubeconfig", "check", Path).Output;
        Assert.Contains($"{Path} does not exist. Make a kubeconfig: xenkube kubeconfig new CLUSTER --file {Path}", line, StringComparison.Ordinal);
    }

    [Fact]
    public void User_with_a_token_needs_no_certificate()
    {
        Edit("    client-(certificate|key)-data: .*\n", "");
        Edit("  user: *\n", "  user: {token: abc}\n");
        Assert.Contains("the user has token and no certificate", Run("kubeconfig", "check", Path).ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_and_several_clusters_come_out_of_the_command_line()
    {
        Directory.CreateDirectory(_world["guests/web"]);
        var run = Run("kubeconfig", "new", "etcd", "web", "--file", Path, "--json", "--xen-dir", _world.Directory.Path);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no node of the cluster has a reserved IP address", run.Error, StringComparison.Ordinal);
        Assert.Contains("--server", run.Error, StringComparison.Ordinal);
        Assert.Contains("\"context\": \"etcd\"", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"status\": \"Pass\"", Run("kubeconfig", "check", Path, "--json").ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("xenkube kubeconfig new [^ ]+ --file [^ ]+( --force)?")]
    private static partial Regex Command();
}
