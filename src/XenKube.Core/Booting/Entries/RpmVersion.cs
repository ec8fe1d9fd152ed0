namespace XenKube.Booting.Entries;

/// <summary>
/// Compares names of boot entries as Red Hat's GRUB does (grub-core/commands/blscfg.c, split_package_string and vercmp): name,
/// version and release by the rules of rpm.
/// </summary>
internal static class RpmVersion
{
    /// <summary>Compares two file names without their ending: negative where the first is older.</summary>
    public static int CompareNames(string a, string b)
    {
        var (nameA, versionA, releaseA) = Split(a);
        var (nameB, versionB, releaseB) = Split(b);
        var order = Compare(nameA, nameB);
        order = order != 0 ? order : Compare(versionA, versionB);
        return order != 0 ? order : Compare(releaseA, releaseB);
    }

    /// <summary>Compares two versions: runs of digits as numbers, runs of letters as texts, <c>~</c> before everything.</summary>
    public static int Compare(string a, string b)
    {
        int i = 0, k = 0;
        while (i < a.Length || k < b.Length)
        {
            while (i < a.Length && !IsPart(a[i]))
            {
                i++;
            }
            while (k < b.Length && !IsPart(b[k]))
            {
                k++;
            }
            var (tildeA, tildeB) = (i < a.Length && a[i] == '~', k < b.Length && b[k] == '~');
            if (tildeA || tildeB)
            {
                if (!tildeA || !tildeB)
                {
                    return tildeA ? -1 : 1;
                }
                i++;
                k++;
                continue;
            }
            if (i == a.Length || k == b.Length)
            {
                break;
            }
            var isNumber = char.IsAsciiDigit(a[i]);
            var partA = Take(a, ref i, isNumber);
            var partB = Take(b, ref k, isNumber);
            if (partB.Length == 0)
            {
                // A number is newer than a text.
                return isNumber ? 1 : -1;
            }
            var order = isNumber ? CompareNumbers(partA, partB) : string.CompareOrdinal(partA, partB);
            if (order != 0)
            {
                return Math.Sign(order);
            }
        }
        return (a.Length - i).CompareTo(b.Length - k);
    }

    private static int CompareNumbers(string a, string b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);
    }

    private static string Take(string text, ref int at, bool isNumber)
    {
        var start = at;
        while (at < text.Length && (isNumber ? char.IsAsciiDigit(text[at]) : char.IsAsciiLetter(text[at])))
        {
            at++;
        }
        return text[start..at];
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '~';

    // NAME-VERSION-RELEASE: the last two dashes separate; what has fewer is a name, or a name and a version.
    private static (string Name, string Version, string Release) Split(string text)
    {
        var last = text.LastIndexOf('-');
        if (last <= 0)
        {
            return (text, "", "");
        }
        var before = text.LastIndexOf('-', last - 1);
        return before <= 0 ? (text[..last], "", text[(last + 1)..]) : (text[..before], text[(before + 1)..last], text[(last + 1)..]);
    }
}
