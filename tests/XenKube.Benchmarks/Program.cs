using BenchmarkDotNet.Running;
using XenKube.Benchmarks;

if (args is ["decode", var path, var threads])
{
    return DecodeAlone.Run(path, threads);
}
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
