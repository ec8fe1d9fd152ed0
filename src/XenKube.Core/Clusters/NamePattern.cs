namespace XenKube.Clusters;

/// <summary>
/// Patterns of names, as a shell's: <c>*</c> for any characters, <c>?</c> for one, <c>[a-c]</c> for one of these and <c>[!a-c]</c>
/// for one of the others. Case counts, as it does in file names.
/// </summary>
public static class NamePattern
{
    /// <summary>True where a text holds a wildcard.</summary>
    /// <param name="text">A name or pattern.</param>
    public static bool IsPattern(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAny('*', '?', '[');
    }

    /// <summary>Says whether a name fits a pattern.</summary>
    /// <param name="pattern">A name or pattern.</param>
    /// <param name="name">The name.</param>
    public static bool IsMatch(string pattern, string name)
    {
        ReadOnlySpan<char> wanted = pattern, left = name;
        // Where the last star stood, and where in the name it was tried last: a later star makes an earlier one final.
        int at = 0, next = 0, star = -1, tried = 0;
        while (next < left.Length)
        {
            if (at < wanted.Length && wanted[at] == '*')
            {
                (star, tried) = (at++, next);
            }
            else if (at < wanted.Length && FitsOne(wanted[at..], left[next], out var length))
            {
                at += length;
                next++;
            }
            else if (star >= 0)
            {
                (at, next) = (star + 1, ++tried);
            }
            else
            {
                return false;
            }
        }
        return wanted[at..].TrimStart('*').IsEmpty;
    }

    // Whether a character fits the first element of a pattern, and how long that element is. A bracket that is never closed is itself.
    private static bool FitsOne(ReadOnlySpan<char> pattern, char c, out int length)
    {
        length = 1;
        var end = pattern[0] == '[' && pattern.Length > 2 ? pattern[2..].IndexOf(']') + 2 : 1;
        if (end < 2)
        {
            return pattern[0] == '?' || pattern[0] == c;
        }
        length = end + 1;
        var set = pattern[1..end];
        var isNot = set.Length > 1 && set[0] is '!' or '^';
        set = isNot ? set[1..] : set;
        var isIn = false;
        for (var i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                isIn |= c >= set[i] && c <= set[i + 2];
                i += 2;
            }
            else
            {
                isIn |= c == set[i];
            }
        }
        return isIn != isNot;
    }
}
