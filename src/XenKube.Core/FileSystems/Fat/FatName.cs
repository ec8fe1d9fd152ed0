using System.Text;

namespace XenKube.FileSystems.Fat;

/// <summary>
/// Long and short names of FAT (FAT specification, "Name restrictions"; short names as Linux' vfat and mtools make them).
/// </summary>
internal static class FatName
{
    private const int MostUnits = 255;

    /// <summary>Code page 437, in which Linux reads short names unless it is told otherwise.</summary>
    private static readonly Encoding ShortEncoding = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <summary>True for the slots <c>.</c> and <c>..</c> of a directory.</summary>
    public static bool IsDot(ReadOnlySpan<byte> slot) => slot[..11].SequenceEqual(".          "u8)
        || slot[..11].SequenceEqual("..         "u8);

    /// <summary>The short name of a slot, in the case that its NT byte asks for.</summary>
    public static string Read(ReadOnlySpan<byte> slot)
    {
        Span<byte> raw = stackalloc byte[11];
        slot[..11].CopyTo(raw);
        if (raw[0] == FatSlot.EscapedFreeMark)
        {
            raw[0] = FatSlot.FreeMark;
        }
        var name = Part(raw[..8], (slot[12] & FatSlot.LowerBase) != 0);
        var extension = Part(raw[8..], (slot[12] & FatSlot.LowerExtension) != 0);
        var whole = extension.Length > 0 ? $"{name}.{extension}" : name;
        return whole is "" or "." or ".." ? "_" : whole;
    }

    /// <summary>True where a long name can be a name in a path, whatever wrote it.</summary>
    public static bool IsPossible(string name) =>
        name.Length is > 0 and <= MostUnits && name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal)
            && !name.Any(char.IsControl);

    /// <summary>Refuses what cannot be the name of a new file.</summary>
    /// <param name="name">The name.</param>
    /// <param name="path">The path it ends, for the error.</param>
    public static void Check(string name, string path)
    {
        if (name.Length > MostUnits)
        {
            throw FileSystemErrors.InvalidPath(path, $"a name on FAT has at most {MostUnits} letters");
        }
        if (name.Any(c => c < ' ' || "\"*/:<>?\\|\u007F".Contains(c, StringComparison.Ordinal)))
        {
            throw FileSystemErrors.InvalidPath(path, "FAT allows no control characters and none of \" * : < > ? \\ | in a name");
        }
        if (name.EndsWith('.') || name.EndsWith(' '))
        {
            throw FileSystemErrors.InvalidPath(path, "a name on FAT cannot end in a dot or a space");
        }
    }

    /// <summary>The label in a volume entry.</summary>
    public static string ReadLabel(ReadOnlySpan<byte> raw)
    {
        Span<byte> bytes = stackalloc byte[11];
        raw.CopyTo(bytes);
        if (bytes[0] == FatSlot.EscapedFreeMark)
        {
            bytes[0] = FatSlot.FreeMark;
        }
        return ShortEncoding.GetString(bytes.TrimEnd(" \0"u8));
    }

    private static string Part(ReadOnlySpan<byte> bytes, bool lower)
    {
        var text = ShortEncoding.GetString(bytes.TrimEnd((byte)' '));
        text = string.Create(text.Length, text, (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] == '/' || char.IsControl(source[i]) ? '_' : source[i];
            }
        });
        return lower ? text.ToLowerInvariant() : text;
    }
}
