namespace XenKube.Parsing.Yaml;

/// <summary>A place where a key may have begun.</summary>
/// <param name="IsPossible">Whether it still may be one.</param>
/// <param name="IsRequired">Whether nothing else may be there, because it is at the indentation of a block mapping.</param>
/// <param name="Token">The number of its token in the stream.</param>
/// <param name="Mark">Where it begins.</param>
internal readonly record struct SimpleKey(bool IsPossible, bool IsRequired, int Token, YamlMark Mark)
{
    /// <summary>A key ends on its line, and within 1024 characters.</summary>
    public bool IsStale(YamlMark now) => Mark.Line < now.Line || Mark.Index + 1024 < now.Index;
}
