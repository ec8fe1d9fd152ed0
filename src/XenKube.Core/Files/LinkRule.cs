namespace XenKube.Files;

/// <summary>Which symbolic links on the way to a file are followed.</summary>
internal enum LinkRule
{
    /// <summary>None.</summary>
    Never,

    /// <summary>Those that nobody but root and this user could have put there.</summary>
    Trusted,

    /// <summary>All: for files that the user names.</summary>
    Any,
}
