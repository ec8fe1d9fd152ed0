using System.Globalization;
using XenKube.Compression.Bzip2;

namespace XenKube.Benchmarks;

/// <summary>Decodes a file to nowhere, for pour-benchmark.py: what lbzip2 -dc to /dev/null is to be compared with.</summary>
internal static class DecodeAlone
{
    public static int Run(string path, string threads)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var sink = new Nowhere();
        var length = Bzip2Decoder.Decode(file, sink, new Bzip2Options { Threads = int.Parse(threads, CultureInfo.InvariantCulture) });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{length} bytes, {sink.Literal} of them not in long runs"));
        return 0;
    }

    private sealed class Nowhere : IBzip2Sink
    {
        public long Literal { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes) => Literal += bytes.Length;

        public void WriteRun(byte value, long count)
        {
        }
    }
}
