using System.Buffers.Binary;
using System.Security.Cryptography;
using XenKube.Checksums;

namespace XenKube.FileSystems.Btrfs;

/// <summary>The checksums of a file system: CRC-32C everywhere but where mkfs.btrfs --csum asked for another.</summary>
internal sealed class BtrfsChecksum
{
    /// <summary>The bytes at the head of a structure that hold its checksum.</summary>
    public const int Room = 32;

    private readonly int _type;

    private BtrfsChecksum(int type, int size) => (_type, Size) = (type, size);

    /// <summary>Size of a checksum in bytes.</summary>
    public int Size { get; }

    /// <summary>The kind of checksum by its number in the superblock.</summary>
    /// <exception cref="UnsupportedFeatureException">It is not known here.</exception>
    public static BtrfsChecksum Of(int type) => type switch
    {
        0 => new BtrfsChecksum(type, sizeof(uint)),
        1 => new BtrfsChecksum(type, sizeof(ulong)),
        2 => new BtrfsChecksum(type, SHA256.HashSizeInBytes),
        3 => throw new UnsupportedFeatureException(null, "btrfs superblock", "blake2 checksums"),
        _ => throw new UnsupportedFeatureException(null, "btrfs superblock", FormattableString.Invariant($"checksum type {type}")),
    };

    /// <summary>Whether bytes have a checksum.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> checksum)
    {
        Span<byte> found = stackalloc byte[Room];
        switch (_type)
        {
            case 0:
                BinaryPrimitives.WriteUInt32LittleEndian(found, ~Crc32C.Append(Crc32C.Start, bytes));
                break;
            case 1:
                var hash = new XxHash64();
                hash.Append(bytes);
                BinaryPrimitives.WriteUInt64LittleEndian(found, hash.Value);
                break;
            default:
                SHA256.HashData(bytes, found);
                break;
        }
        return found[..Size].SequenceEqual(checksum[..Size]);
    }
}
