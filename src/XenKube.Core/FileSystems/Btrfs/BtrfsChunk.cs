using System.Buffers.Binary;

namespace XenKube.FileSystems.Btrfs;

/// <summary>A chunk: where a range of logical addresses is on the device; twice with the profile DUP.</summary>
/// <param name="Start">The first logical address.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Places">The places on the device, of one content each.</param>
internal sealed record BtrfsChunk(ulong Start, ulong Length, IReadOnlyList<long> Places)
{
    private const int HeadSize = 48, StripeSize = 32;
    private const ulong Profiles = 0x7F8, Duplicated = 0x20;

    /// <summary>Size of the item at the beginning of some bytes, or -1 where they are too few.</summary>
    public static int SizeOf(ReadOnlySpan<byte> bytes)
    {
        var size = bytes.Length < HeadSize ? -1 : HeadSize + (BinaryPrimitives.ReadUInt16LittleEndian(bytes[44..]) * StripeSize);
        return size > bytes.Length ? -1 : size;
    }

    /// <summary>Reads an item.</summary>
    /// <param name="start">The offset of its key.</param>
    /// <param name="bytes">The item.</param>
    /// <param name="super">The superblock.</param>
    /// <param name="deviceLength">Length of the device.</param>
    public static BtrfsChunk Read(ulong start, ReadOnlySpan<byte> bytes, BtrfsSuperblock super, long deviceLength)
    {
        CorruptImageException Damaged(string reason) =>
            CorruptImageException.At("btrfs chunk", (long)Math.Min(start, long.MaxValue), reason);
        if (SizeOf(bytes) < HeadSize + StripeSize)
        {
            throw Damaged("the item is too short");
        }
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var profile = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]) & Profiles;
        if (profile is not (0 or Duplicated))
        {
            throw new UnsupportedFeatureException(null, "btrfs chunk", FormattableString.Invariant($"profile 0x{profile:x} over devices"));
        }
        if (length == 0 || length > long.MaxValue || start > ulong.MaxValue - length)
        {
            throw Damaged("its range is out of bounds");
        }
        var places = new List<long>();
        for (var at = HeadSize; at < SizeOf(bytes); at += StripeSize)
        {
            var place = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(at + 8)..]);
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) != super.DeviceId || place > (ulong)deviceLength
                || length > (ulong)deviceLength - place)
            {
                throw Damaged("it is not on this device");
            }
            places.Add((long)place);
        }
        return new BtrfsChunk(start, length, places);
    }
}
