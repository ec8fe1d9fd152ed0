namespace XenKube.Ignition.Decompiling;

/// <summary>A config that people can edit, made from an Ignition JSON.</summary>
/// <param name="Text">The document.</param>
/// <param name="Dialect">Its language and version, such as <c>clc 0.5.0</c> or <c>flatcar 1.1.0</c>.</param>
/// <param name="IsExact">Whether it transpiles to JSON that means the same.</param>
/// <param name="Notes">What it could not say, where it is not exact.</param>
public sealed record IgnitionDecompilation(string Text, string Dialect, bool IsExact, IReadOnlyList<string> Notes)
{
    /// <summary>The document.</summary>
    public override string ToString() => Text;
}
