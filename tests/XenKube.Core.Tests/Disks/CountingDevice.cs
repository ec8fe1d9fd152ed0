using XenKube.Devices;
using XenKube.Disks;

namespace XenKube.Tests.Disks;

/// <summary>Counts what is read of another device.</summary>
internal sealed class CountingDevice(BlockDevice device) : BlockDevice
{
    public long BytesRead { get; private set; }

    public override string Name => device.Name;

    public override long Length => device.Length;

    public override bool CanWrite => device.CanWrite;

    public override void Read(long offset, Span<byte> buffer)
    {
        BytesRead += buffer.Length;
        device.Read(offset, buffer);
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes) => device.Write(offset, bytes);

    public override void Flush() => device.Flush();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            device.Dispose();
        }
        base.Dispose(disposing);
    }
}
