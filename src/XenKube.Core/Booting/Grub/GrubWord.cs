namespace XenKube.Booting.Grub;

/// <summary>A word of a script: literals and variables side by side.</summary>
/// <param name="Parts">The parts; none for <c>""</c>.</param>
/// <param name="Line">The line in which the word begins.</param>
/// <param name="IsQuoted">Whether any of it is quoted, so that it is a word even if it is empty.</param>
internal sealed record GrubWord(IReadOnlyList<GrubPart> Parts, int Line, bool IsQuoted)
{
    /// <summary>The text of a word that is one literal without quotes, as keywords are; otherwise null.</summary>
    public string? Plain => !IsQuoted && Parts is [{ IsVariable: false } only] ? only.Text : null;
}

/// <summary>A part of a word.</summary>
/// <param name="Text">The literal, or the name of the variable.</param>
/// <param name="IsVariable">Whether it is a variable.</param>
/// <param name="IsQuoted">Whether it is inside quotes, so that its value is not split.</param>
internal readonly record struct GrubPart(string Text, bool IsVariable, bool IsQuoted);
