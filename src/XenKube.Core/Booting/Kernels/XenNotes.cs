using System.Buffers.Binary;
using System.Text;

namespace XenKube.Booting.Kernels;

/// <summary>
/// What a kernel says about Xen in its ELF notes (xen/include/public/elfnote.h): without these Xen starts it neither as a PV nor
/// as a PVH guest.
/// </summary>
/// <param name="CanPv">Whether it can run as a PV guest (CONFIG_XEN_PV).</param>
/// <param name="CanPvh">Whether it can run as a PVH guest (CONFIG_XEN_PVH).</param>
internal sealed record XenNotes(bool CanPv, bool CanPvh)
{
    private const uint XenVersion = 5;
    private const uint GuestOs = 6;
    private const uint Loader = 8;
    private const uint Physical32Entry = 18;

    /// <summary>Reads the notes of a kernel.</summary>
    /// <param name="elf">The unpacked kernel; it can seek.</param>
    public static XenNotes Read(Stream elf)
    {
        var (isGeneric, isLinux, isVersion3, hasPvhEntry) = (false, false, false, false);
        foreach (var range in ElfFile.Notes(elf))
        {
            // Each note: the sizes of name and description, the type, the name, the description, both padded to four bytes.
            ReadOnlySpan<byte> notes = range;
            while (notes.Length >= 12)
            {
                var nameSize = BinaryPrimitives.ReadUInt32LittleEndian(notes);
                var size = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
                var type = BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]);
                notes = notes[12..];
                if (Padded(nameSize) > notes.Length || Padded(nameSize) + Padded(size) > notes.Length)
                {
                    break;
                }
                if (notes[..(int)nameSize].SequenceEqual("Xen\0"u8))
                {
                    var description = notes.Slice((int)Padded(nameSize), (int)size);
                    var text = Encoding.ASCII.GetString(description).TrimEnd('\0');
                    isGeneric |= type == Loader && text == "generic";
                    isLinux |= type == GuestOs && text == "linux";
                    isVersion3 |= type == XenVersion && text == "xen-3.0";
                    hasPvhEntry |= type == Physical32Entry && size >= 4;
                }
                notes = notes[(int)Math.Min(notes.Length, Padded(nameSize) + Padded(size))..];
            }
        }
        return new XenNotes((isGeneric || isLinux) && isVersion3, hasPvhEntry);
    }

    private static long Padded(uint size) => (size + 3L) & ~3L;
}
