using XenKube.Compression.Bzip2;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>Counts what it is given.</summary>
internal sealed class CountingSink : IBzip2Sink
{
    public long Literal { get; private set; }

    public long Zeros { get; private set; }

    public long OtherRuns { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes) => Literal += bytes.Length;

    public void WriteRun(byte value, long count)
    {
        Zeros += value == 0 ? count : 0;
        OtherRuns += value == 0 ? 0 : count;
    }
}
