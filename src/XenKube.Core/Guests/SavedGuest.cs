using System.Buffers.Binary;
using System.Text.Json;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// A guest whose memory xl save has written to a file. That memory holds the guest's file systems as they were mounted: a disk that is
/// changed before the guest is restored is damaged when it goes on.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Name">The guest's name.</param>
/// <param name="Disks">Its disks.</param>
internal sealed record SavedGuest(string Path, string Name, IReadOnlyList<string> Disks)
{
    /// <summary>Where Debian's xendomains saves guests when dom0 shuts down, unless its settings name another folder.</summary>
    private const string UsualFolder = "var/lib/xen/save";

    private const int MaxConfig = 1 << 20;

    // struct save_file_header of xl (tools/xl/xl.h): the magic, then four numbers; the size of the configuration follows.
    private const int MagicLength = 32, HeaderLength = MagicLength + 16;
    private const uint ByteOrder = 0x01020304;
    private const uint ConfigIsJson = 1;

    private static ReadOnlySpan<byte> Magic => "Xen saved domain, xl format\n \0 \r"u8;

    /// <summary>The saved guests that are found.</summary>
    /// <param name="system">Where /var and /etc are.</param>
    /// <param name="places">Files and folders that are named besides.</param>
    public static IReadOnlyList<SavedGuest> All(string system, IEnumerable<string> places)
    {
        var usual = System.IO.Path.Combine(system, UsualFolder);
        return [.. places.Append(usual).Append(XendomainsFolder(system) ?? usual)
            .Select(System.IO.Path.GetFullPath).Distinct(StringComparer.Ordinal)
            .SelectMany(Files).Distinct(StringComparer.Ordinal)
            .Select(TryRead).OfType<SavedGuest>()];
    }

    /// <summary>Reads the head of a file.</summary>
    /// <returns>The guest; null where the file is none that xl has saved, or cannot be read.</returns>
    public static SavedGuest? TryRead(string path)
    {
        try
        {
            using var handle = Libc.Open(path, OpenFlags.NonBlocking | OpenFlags.NoTerminal);
            if (handle is null || !FileStatus.Read(handle).IsRegularFile)
            {
                return null;
            }
            Span<byte> head = stackalloc byte[HeaderLength + 4];
            if (RandomAccess.Read(handle, head, 0) != head.Length || !head[..MagicLength].SequenceEqual(Magic))
            {
                return null;
            }
            // All numbers are in the byte order of the machine that saved.
            var isLittle = BinaryPrimitives.ReadUInt32LittleEndian(head[MagicLength..]) == ByteOrder;
            uint Number(ReadOnlySpan<byte> bytes) =>
                isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
            var flags = Number(head[(MagicLength + 4)..]);
            var optional = Number(head[(MagicLength + 12)..]);
            var length = Number(head[HeaderLength..]);
            if (optional < 4 || length > Math.Min(optional - 4, MaxConfig))
            {
                return null;
            }
            var config = new byte[length];
            return RandomAccess.Read(handle, config, HeaderLength + 4) != config.Length ? null
                : (flags & ConfigIsJson) != 0 ? OfJson(path, config) : OfText(path, config);
        }
        catch (Exception e) when (e.IsFileTrouble() || e is XenKubeException or JsonException)
        {
            return null;
        }
    }

    /// <summary>True where the disk was written to after the guest was saved: its memory does not fit the disk any more.</summary>
    public bool IsOlderThan(string image) =>
        FileStatus.TryRead(image) is { } disk && FileStatus.TryRead(Path) is { } saved
            && disk.ModifiedNanoseconds > saved.ModifiedNanoseconds;

    private static SavedGuest OfJson(string path, byte[] config)
    {
        using var document = JsonDocument.Parse(config.AsMemory(0, Array.FindLastIndex(config, b => b != 0) + 1));
        var domain = XlListParser.ParseConfig(0, document.RootElement);
        return new SavedGuest(path, domain.Name, domain.Disks);
    }

    private static SavedGuest OfText(string path, byte[] config)
    {
        var read = XenGuestConfig.Parse(config.AsSpan(0, Array.FindLastIndex(config, b => b != 0) + 1));
        return new SavedGuest(path, read.Name ?? "", [.. read.Disks.Select(disk => disk.Target)]);
    }

    private static string? XendomainsFolder(string system) =>
        XendomainsSettings.Read(system)?.SaveFolder is { } folder ? System.IO.Path.Join(system, folder) : null;

    private static string[] Files(string place)
    {
        try
        {
            return Directory.Exists(place) ? Directory.GetFiles(place) : File.Exists(place) ? [place] : [];
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return [];
        }
    }
}
