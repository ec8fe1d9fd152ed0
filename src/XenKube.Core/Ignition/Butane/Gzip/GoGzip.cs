using System.Buffers.Binary;
using XenKube.Checksums;

namespace XenKube.Ignition.Butane.Gzip;

/// <summary>
/// Packs bytes exactly as Go's compress/gzip does at its best level, so that a config comes out byte for byte as Butane writes
/// it, and is packed or not in the same cases.
/// </summary>
/// <remarks>Held against compress/gzip of Go 1.19.</remarks>
internal static class GoGzip
{
    /// <summary>The bytes as a gzip stream.</summary>
    public static byte[] Pack(byte[] data)
    {
        var bits = new BitWriter();
        // RFC 1952: no name, no time, slowest compression, unknown system.
        bits.WriteBytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff]);
        new GoDeflate(data, bits).Run();
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.Compute(data));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)data.Length);
        bits.WriteBytes(trailer);
        return bits.ToArray();
    }
}
