using XenKube.Devices;
using XenKube.Disks;

namespace XenKube.Benchmarks;

/// <summary>A device with counters of its reads, writes and flushes.</summary>
internal sealed class CountingDevice(BlockDevice device) : BlockDevice
{
    public long BytesRead { get; private set; }

    public long BytesWritten { get; private set; }

    public int Reads { get; private set; }

    public int Writes { get; private set; }

    public int Flushes { get; private set; }

    public TimeSpan FlushTime { get; private set; }

    public override string Name => device.Name;

    public override long Length => device.Length;

    public override bool CanWrite => device.CanWrite;

    public override void Read(long offset, Span<byte> buffer)
    {
        Reads++;
        BytesRead += buffer.Length;
        device.Read(offset, buffer);
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Writes++;
        BytesWritten += bytes.Length;
        device.Write(offset, bytes);
    }

    public override void Flush()
    {
        Flushes++;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        device.Flush();
        FlushTime += clock.Elapsed;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            device.Dispose();
        }
        base.Dispose(disposing);
    }
}
