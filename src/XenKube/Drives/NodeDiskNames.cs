namespace XenKube.Commands.Drives;

/// <summary>
/// Names of a guest's files as parts of a path. PowerShell takes a backslash in any path for a slash, and systemd's units have
/// names like <c>mnt-my\x2ddata.mount</c>: in a path their backslash is U+29F5, which looks like it.
/// </summary>
internal static class NodeDiskNames
{
    private const char Backslash = '\u29F5';

    /// <summary>
    /// A name that holds U+29F5 itself: its three bytes as a file system's names escape what is not UTF-8. No name has that text already.
    /// </summary>
    private const string Itself = "\uDCE2\uDCA7\uDCB5";

    /// <summary>The part of a path that means a name.</summary>
    public static string ToPath(string name) => name.Replace(Backslash.ToString(), Itself, StringComparison.Ordinal)
        .Replace('\\', Backslash);

    /// <summary>The name that a part of a path means.</summary>
    public static string FromPath(string part) => part.Replace(Backslash, '\\')
        .Replace(Itself, Backslash.ToString(), StringComparison.Ordinal);
}
