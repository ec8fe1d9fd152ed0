namespace XenKube.Booting.Grub;

/// <summary>What a token is.</summary>
internal enum GrubTokenKind
{
    /// <summary>A word.</summary>
    Word,

    /// <summary>A line break.</summary>
    Line,

    /// <summary>A semicolon.</summary>
    Semicolon,

    /// <summary>An opening brace.</summary>
    Open,

    /// <summary>A closing brace.</summary>
    Close,

    /// <summary>The end of the script.</summary>
    End,
}

/// <summary>A token of a script.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Word">The word, for a word.</param>
/// <param name="Line">The line in which it begins.</param>
internal readonly record struct GrubToken(GrubTokenKind Kind, GrubWord? Word, int Line);
