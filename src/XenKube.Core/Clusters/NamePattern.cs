namespace XenKube.Clusters;

/// <summary>
/// Patterns of names, as a shell's: <c>*</c> for any characters, <c>?</c> for one, <c>[a-c]</c> for one of these and <c>[!a-c]</c>
/// for one of the others. A backtick makes the next character an ordinary one. Names are file names, in which case counts; a pattern of
/// clusters, nodes and guests ignores case.
/// </summary>
public static class NamePattern
{
    private const char Escape = '`';

    /// <summary>True where a text holds a wildcard.</summary>
    /// <param name="text">A name or pattern.</param>
    public static bool IsPattern(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == Escape)
            {
                i++;
            }
            else if (text[i] is '*' or '?' or '[')
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Says whether a name fits a pattern.</summary>
    /// <param name="pattern">A name or pattern.</param>
    /// <param name="name">The name.</param>
    /// <param name="ignoresCase">True where a pattern ignores case; a name without wildcards never does.</param>
    public static bool IsMatch(string pattern, string name, bool ignoresCase = false)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(name);
        return ignoresCase && IsPattern(pattern) ? Fits(pattern.ToUpperInvariant(), name.ToUpperInvariant()) : Fits(pattern, name);
    }

    private static bool Fits(string pattern, string name)
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
        if (pattern[0] == Escape && pattern.Length > 1)
        {
            length = 2;
            return pattern[1] == c;
        }
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
