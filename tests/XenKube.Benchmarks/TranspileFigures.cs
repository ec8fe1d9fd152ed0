using System.Diagnostics;

namespace XenKube.Benchmarks;

/// <summary>The figures of <see cref="IgnitionBenchmarks"/> without BenchmarkDotNet, which builds and starts programs of its own: in this process, in seconds.</summary>
internal static class TranspileFigures
{
    private const int Rounds = 15;
    private const int Count = 1_000;

    public static int Run()
    {
        var benchmarks = new IgnitionBenchmarks();
        var slowest = Math.Max(Print("ordinary node", benchmarks.Node), Print("etcd member with certificates", benchmarks.EtcdMember));
        var grown = benchmarks.TenThousandNodes();
        Console.WriteLine(FormattableString.Invariant($"10,000 configs: {grown / 1024.0:F0} KiB more are held afterwards"));
        return slowest <= 150 && grown < 1 << 20 ? 0 : 1;
    }

    private static double Print(string name, Func<string> transpile)
    {
        var times = new List<double>();
        _ = transpile();
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = transpile();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        for (var round = -3; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Count; i++)
            {
                _ = transpile();
            }
            if (round >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / Count);
            }
        }
        times.Sort();
        Console.WriteLine(FormattableString.Invariant($"{name}: {times[0]:F1} µs at best, {times[Rounds / 2]:F1} µs in the middle of {Rounds} rounds of {Count:N0}, {allocated / 1024.0:F1} KiB allocated"));
        return times[Rounds / 2];
    }
}
