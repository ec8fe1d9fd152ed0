using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.FileSystems.Copying;

/// <summary>
/// The extended attributes of files of the host. The kernel shows access control lists in another form than ext keeps them in.
/// </summary>
internal static class HostAttributes
{
    private const string AccessControlPrefix = "system.posix_acl_";
    private const uint KernelVersion = 2;
    private const uint DiskVersion = 1;
    private const ushort User = 2;
    private const ushort Group = 8;

    /// <summary>The attributes of a name in an open directory; a link stands for itself.</summary>
    /// <param name="directory">The directory's descriptor.</param>
    /// <param name="name">The name.</param>
    public static Dictionary<string, byte[]> Read(int directory, string name)
    {
        var path = Encoding.UTF8.GetBytes($"/proc/self/fd/{directory}/").Concat(FileNames.Encode(name)).Append((byte)0).ToArray();
        var all = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var list = new byte[65536];
        var length = Libc.ListAttributes(path, list, (nuint)list.Length);
        foreach (var attribute in length > 0 ? Encoding.UTF8.GetString(list, 0, (int)length)
            .Split('\0', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            var value = new byte[65536];
            var size = Libc.ReadAttribute(path, [.. Encoding.UTF8.GetBytes(attribute), 0], value, (nuint)value.Length);
            if (size >= 0 && (attribute.StartsWith(AccessControlPrefix, StringComparison.Ordinal)
                ? ToDisk(value.AsSpan(0, (int)size)) : value[..(int)size]) is { } kept)
            {
                all[attribute] = kept;
            }
        }
        return all;
    }

    /// <summary>Sets attributes of an open file.</summary>
    /// <returns>False where one could not be set.</returns>
    public static bool TryWrite(SafeFileHandle file, IReadOnlyDictionary<string, byte[]> attributes)
    {
        var all = true;
        foreach (var (name, disk) in attributes)
        {
            var value = name.StartsWith(AccessControlPrefix, StringComparison.Ordinal) ? ToKernel(disk) : disk;
            all &= value is not null && Libc.WriteAttribute(file, [.. Encoding.UTF8.GetBytes(name), 0], value, (nuint)value.Length, 0) == 0;
        }
        return all;
    }

    // posix_acl_xattr.h: version, then tag, permissions and number of each entry. ext4/acl.h leaves out numbers that mean nothing.
    private static byte[]? ToDisk(ReadOnlySpan<byte> value)
    {
        if (value.Length < 4 || (value.Length - 4) % 8 != 0 || BinaryPrimitives.ReadUInt32LittleEndian(value) != KernelVersion)
        {
            return null;
        }
        var result = new List<byte>();
        result.AddRange([(byte)DiskVersion, 0, 0, 0]);
        for (var entry = value[4..]; entry.Length > 0; entry = entry[8..])
        {
            result.AddRange(entry[..(BinaryPrimitives.ReadUInt16LittleEndian(entry) is User or Group ? 8 : 4)]);
        }
        return [.. result];
    }

    private static byte[]? ToKernel(ReadOnlySpan<byte> value)
    {
        if (value.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(value) != DiskVersion)
        {
            return null;
        }
        var result = new List<byte>();
        result.AddRange([(byte)KernelVersion, 0, 0, 0]);
        for (var entry = value[4..]; entry.Length >= 4;)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(entry) is User or Group ? 8 : 4;
            if (entry.Length < length)
            {
                return null;
            }
            result.AddRange(entry[..length]);
            if (length == 4)
            {
                result.AddRange([0xFF, 0xFF, 0xFF, 0xFF]);
            }
            entry = entry[length..];
        }
        return [.. result];
    }
}
