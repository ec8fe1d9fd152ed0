using System.Globalization;

namespace XenKube.FileSystems.Fat;

/// <summary>
/// The names that a new entry gets: a short one of 8 and 3 letters, and beside it the long one unless the short one can
/// tell it all. A lower-case 8.3 name needs no long one, since the NT byte says so, as mtools and Windows do it.
/// </summary>
/// <param name="Raw">The eleven bytes of the short name.</param>
/// <param name="Case">The NT byte.</param>
/// <param name="LongName">The long name, or null where the short one is enough.</param>
internal sealed record FatShortName(byte[] Raw, byte Case, string? LongName)
{
    private const int BaseLength = 8;
    private const int MostTail = 999_999;

    /// <summary>Slots that the names take together.</summary>
    public int SlotCount => 1 + (LongName is null ? 0 : (LongName.Length + FatSlot.UnitsPerPart - 1) / FatSlot.UnitsPerPart);

    /// <summary>Finds the short name for a new entry: the letters themselves, or with ~1, ~2 and so on the first that is free.</summary>
    /// <param name="name">The name, which <see cref="FatName.Check"/> has accepted.</param>
    /// <param name="isTaken">Determines whether the directory has a short name, as shown in upper case.</param>
    public static FatShortName For(string name, Func<string, bool> isTaken)
    {
        var (stem, extension) = Split(name);
        var start = Convert(stem, BaseLength);
        var end = Convert(extension, 3);
        var isExact = start.IsExact && end.IsExact && start.Text.Length > 0;
        if (isExact && !start.IsMixed && !end.IsMixed)
        {
            var flags = (start.IsLower ? FatSlot.LowerBase : 0) | (end.IsLower ? FatSlot.LowerExtension : 0);
            return new FatShortName(ToRaw(start.Text, end.Text), (byte)flags, null);
        }
        if (isExact && !isTaken(Join(start.Text, end.Text)))
        {
            return new FatShortName(ToRaw(start.Text, end.Text), 0, name);
        }
        var text = start.Text.Length > 0 ? start.Text : "_";
        for (var number = 1; number <= MostTail; number++)
        {
            var tail = string.Create(CultureInfo.InvariantCulture, $"~{number}");
            var shortened = text[..Math.Min(text.Length, BaseLength - tail.Length)] + tail;
            if (!isTaken(Join(shortened, end.Text)))
            {
                return new FatShortName(ToRaw(shortened, end.Text), 0, name);
            }
        }
        throw FileSystemErrors.Full(name, "no short name is left for it in its directory");
    }

    /// <summary>The name and its extension: after the last dot, unless only dots and spaces are before it.</summary>
    private static (string Stem, string Extension) Split(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot <= 0 || name.AsSpan(0, dot).Trim(". ").Length == 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
    }

    private static Converted Convert(string text, int length)
    {
        var result = new System.Text.StringBuilder(length);
        var (isExact, hasLower, hasUpper) = (true, false, false);
        foreach (var unit in text)
        {
            if (unit is '.' or ' ')
            {
                isExact = false;
                continue;
            }
            if (result.Length == length)
            {
                isExact = false;
                break;
            }
            hasLower |= char.IsAsciiLetterLower(unit);
            hasUpper |= char.IsAsciiLetterUpper(unit);
            // The apostrophe is mtools' addition; Linux would keep it.
            var known = char.IsAscii(unit) && !"+,;=[]'".Contains(unit, StringComparison.Ordinal);
            isExact &= known;
            result.Append(known ? char.ToUpperInvariant(unit) : '_');
        }
        return new Converted(result.ToString(), isExact, hasLower && !hasUpper, hasLower && hasUpper);
    }

    private static string Join(string stem, string extension) => extension.Length > 0 ? $"{stem}.{extension}" : stem;

    private static byte[] ToRaw(string stem, string extension)
    {
        var raw = new byte[11];
        raw.AsSpan().Fill((byte)' ');
        System.Text.Encoding.ASCII.GetBytes(stem, raw);
        System.Text.Encoding.ASCII.GetBytes(extension, raw.AsSpan(BaseLength));
        return raw;
    }

    private readonly record struct Converted(string Text, bool IsExact, bool IsLower, bool IsMixed);
}
