using System.Buffers.Binary;
using System.IO.Compression;
using XenKube.Compression.Zstandard;

namespace XenKube.FileSystems.Btrfs;

/// <summary>A part of a file (struct btrfs_file_extent_item): data within the item, data elsewhere, or a hole.</summary>
internal sealed class BtrfsExtent
{
    /// <summary>The largest piece that is compressed as one (BTRFS_MAX_UNCOMPRESSED).</summary>
    public const int MaximumCompressed = 128 << 10;

    private const int InlineAt = 21, RegularSize = 53;
    private const byte Inline = 0, Regular = 1, Preallocated = 2, Zlib = 1, Zstandard = 3;

    private readonly ReadOnlyMemory<byte> _item;
    private readonly byte _compression;
    private readonly byte _type;
    private readonly ulong _unpacked;

    private BtrfsExtent(long start, ReadOnlyMemory<byte> item)
    {
        Start = start;
        _item = item;
        _unpacked = Number(8);
        _compression = item.Span[16];
        _type = item.Span[20];
    }

    /// <summary>Where in the file it begins.</summary>
    public long Start { get; }

    /// <summary>How much of the file it is.</summary>
    public long Length { get; private init; }

    /// <summary>Whether all of it is zeros, which are nowhere on the disk.</summary>
    public bool IsHole => _type == Preallocated || (_type == Regular && Address == 0);

    /// <summary>Whether the whole of it is unpacked at once.</summary>
    public bool IsPacked => _compression != 0 || _type == Inline;

    private ulong Address => Number(21);

    private ulong StoredLength => Number(29);

    private ulong Offset => Number(37);

    /// <summary>Reads an item.</summary>
    /// <param name="item">The item, with the place in the file as the offset of its key.</param>
    /// <param name="sector">Size of a sector.</param>
    public static BtrfsExtent Read(BtrfsItem item, int sector)
    {
        CorruptImageException Damaged(string reason) =>
            CorruptImageException.At("btrfs extent of a file", (long)Math.Min(item.Key.Offset, long.MaxValue), reason);
        if (item.Data.Length <= InlineAt || item.Key.Offset > long.MaxValue)
        {
            throw Damaged("the item is too short");
        }
        var found = new BtrfsExtent((long)item.Key.Offset, item.Data);
        if (found._compression is not (0 or Zlib or Zstandard))
        {
            throw new UnsupportedFeatureException(null, "btrfs extent of a file", found._compression == 2 ? "compression with LZO"
                : FormattableString.Invariant($"compression {found._compression}"));
        }
        if (item.Data.Span[17] != 0 || BinaryPrimitives.ReadUInt16LittleEndian(item.Data.Span[18..]) != 0 || found._type > Preallocated
            || (found._type != Inline && item.Data.Length < RegularSize))
        {
            throw Damaged("it is of an unknown kind");
        }
        var length = found._type == Inline ? (ulong)found.InlineLength : found.Number(45);
        if (length == 0 || length > long.MaxValue - item.Key.Offset || (found.IsPacked && found._unpacked is 0 or > MaximumCompressed))
        {
            throw Damaged("its length is out of range");
        }
        if (found._type == Regular && found.Address != 0 && (found.Address % (ulong)sector != 0 || found.StoredLength % (ulong)sector != 0
            || found.Offset % (ulong)sector != 0 || found.StoredLength is 0 or > int.MaxValue
            || found.Offset > long.MaxValue || found.Offset + length > (found._compression == 0 ? found.StoredLength : found._unpacked)
            || (found._compression != 0 && found.StoredLength > MaximumCompressed)))
        {
            throw Damaged("it is not where its data are");
        }
        return new BtrfsExtent(found.Start, found._item) { Length = (long)length };
    }

    /// <summary>All of a packed or inline extent.</summary>
    public byte[] Unpack(BtrfsVolume volume, bool isChecked)
    {
        var stored = _type == Inline ? _item[InlineAt..].ToArray() : volume.ReadData(Address, (int)StoredLength, isChecked);
        var offset = _type == Inline ? 0 : (int)Offset;
        if (_compression == 0)
        {
            return stored;
        }
        var unpacked = new byte[_unpacked];
        try
        {
            using var input = new MemoryStream(stored);
            using Stream stream = _compression == Zlib ? new ZLibStream(input, CompressionMode.Decompress)
                : new ZstandardStream(input, unpacked.Length) { IsOneFrame = true };
            // Zeros after the stream fill its last sector. The stream may end before the extent does: the rest is zeros (Linux,
            // btrfs_decompress_bio).
            _ = stream.ReadAtLeast(unpacked, Math.Min(unpacked.Length, offset + (int)Length), throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or CorruptImageException)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, null,
                FormattableString.Invariant($"btrfs extent of a file at byte {Start}"), "its compressed data are damaged", innerException: e);
        }
        return unpacked[offset..(offset + (int)Length)];
    }

    /// <summary>Reads from an extent that is not packed.</summary>
    /// <param name="volume">The file system.</param>
    /// <param name="inside">Where in the extent to begin.</param>
    /// <param name="buffer">What to fill; as much as is convenient is.</param>
    /// <param name="isChecked">Whether the data have checksums.</param>
    /// <returns>How much was read, at least one byte.</returns>
    public int Read(BtrfsVolume volume, long inside, Span<byte> buffer, bool isChecked)
    {
        const int most = 128 << 10;
        var sector = volume.Super.SectorSize;
        var start = inside / sector * sector;
        var wanted = (int)Math.Min(Math.Min(buffer.Length, most), Length - inside);
        var end = (inside + wanted + sector - 1) / sector * sector;
        var data = volume.ReadData(Address + Offset + (ulong)start, (int)(end - start), isChecked);
        data.AsSpan((int)(inside - start), wanted).CopyTo(buffer);
        return wanted;
    }

    private int InlineLength => _compression == 0 ? _item.Length - InlineAt : (int)Math.Min(_unpacked, int.MaxValue);

    private ulong Number(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_item.Span[at..]);
}
