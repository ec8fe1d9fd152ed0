using BenchmarkDotNet.Running;
using XenKube.Benchmarks;

// Side-by-side runs against other programs have a name of their own; anything else is BenchmarkDotNet's.
switch (args)
{
    case ["decode", var path, var threads]:
        return DecodeAlone.Run(path, threads);
    case ["verify", .. var rest]:
        return VerifyComparison.Run(rest);
    case ["serve", .. var rest]:
        return ServeBenchmark.Run(rest);
    case ["transpile"]:
        return TranspileFigures.Run();
    case ["refresh", .. var rest]:
        return RefreshComparison.Run(rest);
    case ["tree", .. var rest]:
        return TreeComparison.Run(rest);
    case ["certificates", .. var rest]:
        return CertificateComparison.Run(rest);
    case ["etcd", .. var rest]:
        return EtcdFigures.Run(rest);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
