using System.Buffers.Binary;

namespace XenKube.Booting.Kernels;

/// <summary>The header of a bzImage (Documentation/arch/x86/boot.rst of Linux).</summary>
/// <param name="Protocol">The boot protocol, 0x208 for 2.08.</param>
/// <param name="PayloadStart">Where the compressed kernel begins in the file.</param>
/// <param name="PayloadSize">Bytes of the compressed kernel and of what is appended to it.</param>
/// <param name="VersionOffset">Where the text of the version is in the file; 0 where there is none.</param>
/// <param name="ArgumentLimit">The most characters of the command line, without the final NUL.</param>
internal readonly record struct KernelHeader(int Protocol, long PayloadStart, long PayloadSize, int VersionOffset, int ArgumentLimit)
{
    /// <summary>Bytes that the header takes from the start of the file.</summary>
    public const int Size = 0x260;

    private const int SectorSize = 512;

    /// <summary>Whether the header has the place of the payload, as since protocol 2.08 (Linux 2.6.26).</summary>
    public bool IsSupported => Protocol >= 0x208;

    /// <summary>Reads the header; null for a file that is not a bzImage.</summary>
    /// <param name="head">The first <see cref="Size"/> bytes of the file.</param>
    public static KernelHeader? Read(ReadOnlySpan<byte> head)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(head[0x1FE..]) != 0xAA55 || !head.Slice(0x202, 4).SequenceEqual("HdrS"u8))
        {
            return null;
        }
        var sectors = head[0x1F1] == 0 ? 4 : head[0x1F1];
        var version = BinaryPrimitives.ReadUInt16LittleEndian(head[0x20E..]);
        return new KernelHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(head[0x206..]),
            ((sectors + 1L) * SectorSize) + BinaryPrimitives.ReadUInt32LittleEndian(head[0x248..]),
            BinaryPrimitives.ReadUInt32LittleEndian(head[0x24C..]),
            version == 0 ? 0 : version + 0x200,
            (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32LittleEndian(head[0x238..])));
    }
}
