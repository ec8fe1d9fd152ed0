using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace XenKube.FileSystems.Ext.Structures;

/// <summary>One extended attribute (ext4 documentation, "Extended Attributes").</summary>
/// <param name="Prefix">e_name_index: which prefix the name was shortened by.</param>
/// <param name="Name">The rest of the name.</param>
/// <param name="ValueInode">The inode that holds a large value, or 0.</param>
/// <param name="Hash">e_hash, over name and value: it does not change when the attribute is moved.</param>
/// <param name="Value">The value, or nothing where another inode has it.</param>
/// <param name="Size">Size of the value.</param>
internal sealed record AttributeEntry(byte Prefix, string Name, uint ValueInode, uint Hash, ReadOnlyMemory<byte> Value, long Size)
{
    public const int HeaderSize = 16;
    public const uint Magic = 0xEA020000;

    /// <summary>Where inline data beyond the first 60 bytes lies: <c>system.data</c>.</summary>
    public bool IsInlineData => Prefix == 7 && Name == "data";

    public string FullName => Prefix switch
    {
        1 => "user." + Name,
        2 => "system.posix_acl_access",
        3 => "system.posix_acl_default",
        4 => "trusted." + Name,
        6 => "security." + Name,
        7 => "system." + Name,
        8 => "system.richacl",
        _ => Name,
    };

    private int EntryLength => (HeaderSize + Encoding.Latin1.GetByteCount(Name) + 3) & ~3;

    private int ValueLength => ValueInode != 0 ? 0 : (Value.Length + 3) & ~3;

    /// <summary>Reads a list of entries.</summary>
    /// <param name="area">From the first entry on; value offsets count from <paramref name="valueBase"/> before it.</param>
    /// <param name="valueBase">How many bytes before the first entry the offsets begin: 0 in an inode, 32 in a block.</param>
    /// <param name="entries">Receives the entries.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Read(ReadOnlySpan<byte> area, int valueBase, List<AttributeEntry> entries)
    {
        for (var at = 0; at + 4 <= area.Length && BinaryPrimitives.ReadUInt32LittleEndian(area[at..]) != 0;)
        {
            if (at + HeaderSize > area.Length)
            {
                return "an attribute's entry is cut off";
            }
            var entry = area[at..];
            int nameLength = entry[0];
            if (HeaderSize + nameLength > entry.Length)
            {
                return "an attribute's name is cut off";
            }
            var offset = BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]) - valueBase;
            var inode = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            long size = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            var value = ReadOnlyMemory<byte>.Empty;
            if (inode == 0 && size > 0)
            {
                if (offset < 0 || offset > area.Length - size)
                {
                    return "an attribute's value is outside";
                }
                value = area.Slice(offset, (int)size).ToArray();
            }
            entries.Add(new AttributeEntry(entry[1], Encoding.Latin1.GetString(entry.Slice(HeaderSize, nameLength)), inode,
                BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]), value, size));
            at += (HeaderSize + nameLength + 3) & ~3;
        }
        return null;
    }

    /// <summary>An attribute by its full name; null where no prefix fits.</summary>
    public static AttributeEntry? Of(string fullName, byte[] value)
    {
        (byte Prefix, string Name)? name = fullName switch
        {
            "system.posix_acl_access" => (2, ""),
            "system.posix_acl_default" => (3, ""),
            "system.richacl" => (8, ""),
            _ when fullName.StartsWith("user.", StringComparison.Ordinal) => (1, fullName[5..]),
            _ when fullName.StartsWith("trusted.", StringComparison.Ordinal) => (4, fullName[8..]),
            _ when fullName.StartsWith("security.", StringComparison.Ordinal) => (6, fullName[9..]),
            _ => null,
        };
        return name is { } parts && parts.Name.Length <= byte.MaxValue && parts.Name.All(c => c is > '\0' and <= '\xFF')
            ? new AttributeEntry(parts.Prefix, parts.Name, 0, HashOf(parts.Name, value), value, value.Length) : null;
    }

    /// <summary>h_hash of an attribute block (ext4_xattr_rehash).</summary>
    public static uint HashOf(IReadOnlyList<AttributeEntry> entries) =>
        entries.Any(entry => entry.Hash == 0) ? 0 : entries.Aggregate(0u, (hash, entry) => BitOperations.RotateLeft(hash, 16) ^ entry.Hash);

    // e_hash: ext4_xattr_hash_entry.
    private static uint HashOf(string name, ReadOnlySpan<byte> value)
    {
        var hash = 0u;
        foreach (var letter in Encoding.Latin1.GetBytes(name))
        {
            hash = BitOperations.RotateLeft(hash, 5) ^ letter;
        }
        Span<byte> word = stackalloc byte[4];
        for (; value.Length > 0; value = value[Math.Min(4, value.Length)..])
        {
            word.Clear();
            value[..Math.Min(4, value.Length)].CopyTo(word);
            hash = BitOperations.RotateLeft(hash, 16) ^ BinaryPrimitives.ReadUInt32LittleEndian(word);
        }
        return hash;
    }

    /// <summary>Writes entries from the front and values from the back of an area.</summary>
    /// <param name="area">From the first entry on.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="valueBase">As for <see cref="Read"/>.</param>
    /// <returns>False if there is not room enough.</returns>
    public static bool Write(Span<byte> area, IReadOnlyList<AttributeEntry> entries, int valueBase = 0)
    {
        if (entries.Sum(entry => entry.EntryLength + entry.ValueLength) + 4 > area.Length)
        {
            return false;
        }
        area.Clear();
        var at = 0;
        var end = area.Length & ~3;
        foreach (var entry in entries)
        {
            end -= entry.ValueLength;
            var bytes = area[at..];
            bytes[0] = (byte)Encoding.Latin1.GetBytes(entry.Name, bytes[HeaderSize..]);
            bytes[1] = entry.Prefix;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], entry.ValueLength == 0 ? (ushort)0 : (ushort)(end + valueBase));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], entry.ValueInode);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], (uint)entry.Size);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], entry.Hash);
            entry.Value.Span.CopyTo(area[end..]);
            at += entry.EntryLength;
        }
        return true;
    }
}
