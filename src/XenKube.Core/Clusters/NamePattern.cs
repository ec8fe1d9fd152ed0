using System.IO.Enumeration;

namespace XenKube.Clusters;

/// <summary>Patterns of names: <c>*</c> for any characters, <c>?</c> for one. Case counts, as it does in file names.</summary>
public static class NamePattern
{
    /// <summary>True where a text holds a wildcard.</summary>
    /// <param name="text">A name or pattern.</param>
    public static bool IsPattern(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAny('*', '?');
    }

    /// <summary>Says whether a name fits a pattern.</summary>
    /// <param name="pattern">A name or pattern.</param>
    /// <param name="name">The name.</param>
    public static bool IsMatch(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
