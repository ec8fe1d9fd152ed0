using XenKube.Devices;

namespace XenKube.Disks;

/// <summary>Bytes that go to a place of a disk.</summary>
/// <param name="Offset">The first byte on the disk.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record DiskWrite(long Offset, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Writes steps one after another; each is on stable storage before the next one begins.</summary>
    /// <param name="device">The whole disk.</param>
    /// <param name="steps">The writes of each step.</param>
    public static void Apply(BlockDevice device, IEnumerable<IReadOnlyList<DiskWrite>> steps)
    {
        foreach (var step in steps)
        {
            foreach (var write in step)
            {
                device.Write(write.Offset, write.Bytes.Span);
            }
            device.Flush();
        }
    }
}
