namespace XenKube.Ignition.Templates;

/// <summary>A template that was expanded, or left alone because its result is newer.</summary>
/// <param name="TemplatePath">The template.</param>
/// <param name="Path">The result.</param>
/// <param name="Written">Whether the result was written now.</param>
/// <param name="Includes">The files it takes in.</param>
public sealed record IgnitionTemplateResult(string TemplatePath, string Path, bool Written, IReadOnlyList<string> Includes)
{
    /// <inheritdoc/>
    public override string ToString() => Path;
}
