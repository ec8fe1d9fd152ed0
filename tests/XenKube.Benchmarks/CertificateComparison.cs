using System.Diagnostics;
using System.Globalization;
using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Benchmarks;

/// <summary>
/// Certificates beside openssl: ten of RSA 2048 here and by <c>openssl req</c> and <c>openssl x509</c>, in turn, so that both meet the same
/// machine; ten of ECDSA; and the check of a cluster of three nodes. Keys take as long as chance wants, so that the best and the middle of
/// several rounds are printed.
/// </summary>
internal static class CertificateComparison
{
    private const int Certificates = 10;

    public static int Run(string[] arguments)
    {
        var rounds = arguments is [var text, ..] ? int.Parse(text, CultureInfo.InvariantCulture) : 7;
        var folder = Directory.CreateTempSubdirectory("xenkube-benchmark-").FullName;
        try
        {
            var directory = MakeCluster(folder);
            var store = new CertificateStore(directory);
            store.CreateAuthority("etcd");
            var nodes = new NodeStore(directory).List(NodeName.Parse("etcd"));
            var (rsa, openssl, ecdsa, check) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round <= rounds; round++)
            {
                var ours = Time(() => Make(store, nodes, KeyAlgorithm.Rsa2048));
                var theirs = Time(() => MakeByOpenSsl(folder));
                var small = Time(() => Make(store, nodes, KeyAlgorithm.EcdsaP256));
                store.Create(nodes[1]);
                store.Create(nodes[2]);
                var options = new CertificateCheckOptions { Sources = [CertificateSource.File] };
                var checking = Time(() =>
                {
                    var checks = new CertificateCheck(directory, options);
                    checks.Run("etcd");
                    foreach (var node in nodes.Take(3))
                    {
                        checks.Run(node);
                    }
                });
                // The first round loads code.
                if (round > 0)
                {
                    rsa.Add(ours);
                    openssl.Add(theirs);
                    ecdsa.Add(small);
                    check.Add(checking);
                }
            }
            Print($"{Certificates} certificates of RSA 2048", rsa);
            Print($"{Certificates} by openssl req and x509", openssl);
            Print($"{Certificates} certificates of ECDSA P-256", ecdsa);
            Print("check of 3 nodes, 9 certificates", check);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio to openssl: middle {Middle(rsa) / Middle(openssl):0.00}, best {rsa.Min() / openssl.Min():0.00}"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static XenDirectory MakeCluster(string folder)
    {
        foreach (var name in new[] { "images", "guests/etcd", "nginx/etcd", "keys" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }
        File.WriteAllText(Path.Combine(folder, "xenkube.json"), """{ "reservationsFile": "hostsfile" }""");
        File.WriteAllLines(Path.Combine(folder, "hostsfile"), Enumerable.Range(11, Certificates).Select(number => $"00:16:3e:4e:31:{number},192.168.100.{number}"));
        foreach (var number in Enumerable.Range(11, Certificates))
        {
            File.WriteAllText(Path.Combine(folder, $"guests/etcd/node-{number}.cfg"),
                $"name = \"etcd-node-{number}\"\nmemory = 512\nvif = [ 'mac=00:16:3e:4e:31:{number},bridge=virbr1' ]\ndisk = [ '/x,raw,xvda' ]\n");
        }
        return new XenDirectory(folder, onWait: null);
    }

    private static void Make(CertificateStore store, IReadOnlyList<Node> nodes, KeyAlgorithm algorithm)
    {
        foreach (var node in nodes)
        {
            store.Create(node, new CertificateOptions { KeyAlgorithm = algorithm, Roles = [CertificateRole.EtcdPeer], Force = true });
        }
    }

    private static void MakeByOpenSsl(string folder)
    {
        var certs = Path.Combine(folder, "guests/etcd/certs");
        for (var number = 0; number < Certificates; number++)
        {
            OpenSsl(folder, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", $"/CN=etcd-{number}",
                "-addext", "subjectAltName=DNS:etcd-node,IP:192.168.100.11", "-addext", "extendedKeyUsage=serverAuth,clientAuth");
            OpenSsl(folder, "x509", "-req", "-in", "request.pem", "-CA", Path.Combine(certs, "etcd-ca.pem"), "-CAkey", Path.Combine(certs, "etcd-ca-key.pem"),
                "-set_serial", $"{number + 1}", "-days", "365", "-copy_extensions", "copyall", "-out", "certificate.pem");
        }
    }

    private static void OpenSsl(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(error.Result);
        }
    }

    private static double Time(Action action)
    {
        var clock = Stopwatch.StartNew();
        action();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static double Middle(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static void Print(string what, List<double> times) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-36} best {times.Min(),8:0.0} ms, middle {Middle(times),8:0.0} ms"));
}
