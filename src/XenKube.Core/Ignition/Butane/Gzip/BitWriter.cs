namespace XenKube.Ignition.Butane.Gzip;

/// <summary>Bits packed into bytes from the low end, as deflate wants them (RFC 1951 section 3.1.1).</summary>
internal sealed class BitWriter
{
    private readonly List<byte> bytes = [];
    private ulong pending;
    private int count;

    /// <summary>Writes the low bits of a value, at most 32.</summary>
    public void Write(int value, int width)
    {
        pending |= (ulong)(uint)value << count;
        count += width;
        while (count >= 8)
        {
            bytes.Add((byte)pending);
            pending >>= 8;
            count -= 8;
        }
    }

    /// <summary>Fills the last byte up with zeros.</summary>
    public void Align()
    {
        if (count > 0)
        {
            bytes.Add((byte)pending);
            pending = 0;
            count = 0;
        }
    }

    /// <summary>Writes whole bytes; nothing may be pending.</summary>
    public void WriteBytes(ReadOnlySpan<byte> data) => bytes.AddRange(data);

    /// <summary>All bytes written.</summary>
    public byte[] ToArray() => [.. bytes];
}
