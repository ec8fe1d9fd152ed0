using System.Buffers.Binary;
using System.Text;

namespace XenKube.Disks;

/// <summary>A GPT partition entry, UEFI 2.10 section 5.3.3. Entries may be larger than what is known of them.</summary>
internal readonly record struct GptEntry(Guid TypeId, Guid UniqueId, long FirstLba, long LastLba, ulong Attributes, string Name)
{
    public const int MinimumSize = 128;

    /// <summary>The firmware must not touch it; parted's flag <c>hidden</c>.</summary>
    public const ulong RequiredAttribute = 1;

    /// <summary>Legacy BIOS bootable; parted's flag <c>legacy_boot</c>.</summary>
    public const ulong LegacyBootAttribute = 1 << 2;

    public bool IsUsed => TypeId != Guid.Empty;

    public static GptEntry Read(ReadOnlySpan<byte> entry) => new(
        new Guid(entry[..16]),
        new Guid(entry.Slice(0x10, 16)),
        BinaryPrimitives.ReadInt64LittleEndian(entry[0x20..]),
        BinaryPrimitives.ReadInt64LittleEndian(entry[0x28..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[0x30..]),
        ReadName(entry.Slice(0x38, 72)));

    private static string ReadName(ReadOnlySpan<byte> utf16)
    {
        var name = Encoding.Unicode.GetString(utf16);
        var end = name.IndexOf('\0', StringComparison.Ordinal);
        return end < 0 ? name : name[..end];
    }
}
