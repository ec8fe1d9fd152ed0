using System.Diagnostics;
using System.Globalization;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Benchmarks;

/// <summary>
/// How long the questions to a running cluster of three members take: <c>etcd XENKUBE.DLL</c> starts one over TLS by
/// tests/network/etcd-cluster.sh, whose members are Debian's etcd. Each round makes new connections, as a command does.
/// </summary>
internal static class EtcdFigures
{
    private const int Rounds = 20;

    public static int Run(string[] arguments) => arguments switch
    {
        ["members", var xenDir] => Measure(xenDir),
        [var program] => Start(program),
        _ => throw new InvalidOperationException("Usage: etcd XENKUBE.DLL"),
    };

    private static int Start(string program)
    {
        var root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));
        var folder = Directory.CreateTempSubdirectory("xenkube-benchmark-").FullName;
        try
        {
            var start = new ProcessStartInfo("unshare", ["--net", Path.Combine(root, "tests/network/etcd-cluster.sh"), Path.GetFullPath(program), folder,
                "dotnet", typeof(EtcdFigures).Assembly.Location, "etcd", "members", Path.Combine(folder, "xen")]);
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Measure(string xenDir)
    {
        var directory = new XenDirectory(xenDir, onWait: null);
        Print("Get-EtcdMember of 3 members", () => new EtcdClusters(directory).List("etcd"), members => members.Count == 3 && members.All(member => member.IsHealthy == true));
        Print("Test-EtcdCluster of 3 members", () => new EtcdCheck(new EtcdClusters(directory)).Run("etcd"), checks => checks.All(check => check.Status == CheckStatus.Pass));
        return 0;
    }

    private static void Print<T>(string what, Func<T> ask, Func<T, bool> isRight)
    {
        var times = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            var answer = ask();
            clock.Stop();
            if (!isRight(answer))
            {
                throw new InvalidOperationException($"{what}: the cluster is not healthy");
            }
            // The first round loads code.
            if (round > 0)
            {
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what,-36} best {times.Min(),8:0.0} ms, middle {times.Order().ElementAt(times.Count / 2),8:0.0} ms, worst {times.Max(),8:0.0} ms"));
    }
}
