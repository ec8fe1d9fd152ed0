using System.Runtime.InteropServices;
using XenKube.Compression.Bzip2;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>Keeps what it is given.</summary>
internal sealed class CollectingSink : IBzip2Sink
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public long LongestRun { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void WriteRun(byte value, long count)
    {
        LongestRun = Math.Max(LongestRun, count);
        var start = _bytes.Count;
        CollectionsMarshal.SetCount(_bytes, start + (int)count);
        CollectionsMarshal.AsSpan(_bytes)[start..].Fill(value);
    }
}
