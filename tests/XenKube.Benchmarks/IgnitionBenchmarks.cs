using BenchmarkDotNet.Attributes;
using XenKube.Ignition;
using XenKube.Ignition.Languages;

namespace XenKube.Benchmarks;

/// <summary>An ordinary node config to JSON; the target is at most 150 µs, and nothing kept from one to the next.</summary>
[MemoryDiagnoser]
public class IgnitionBenchmarks
{
    private readonly byte[] node = File.ReadAllBytes(Find("guide-node-1"));
    private readonly byte[] etcd = File.ReadAllBytes(Find("guide-etcd-tls"));
    private readonly TranspileOptions options = new();

    /// <summary>A host name and a key.</summary>
    [Benchmark]
    public string Node() => IgnitionTranspiler.Transpile(node, options).Json;

    /// <summary>An etcd member with its certificates.</summary>
    [Benchmark]
    public string EtcdMember() => IgnitionTranspiler.Transpile(etcd, options).Json;

    /// <summary>Ten thousand configs, one after the other; returns how much more memory is held at the end, in bytes.</summary>
    [Benchmark]
    public long TenThousandNodes()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var count = 0; count < 10_000; count++)
        {
            _ = IgnitionTranspiler.Transpile(etcd, options);
        }
        return GC.GetTotalMemory(forceFullCollection: true) - before;
    }

    private static string Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "tests", "corpus", "clc", name, "input.yaml");
            if (File.Exists(path))
            {
                return path;
            }
        }
        throw new FileNotFoundException($"tests/corpus/clc/{name} is not above the benchmark");
    }
}
