using System.Diagnostics.CodeAnalysis;

namespace XenKube.Ignition.Decompiling;

/// <summary>A config that people can edit, made from an Ignition JSON.</summary>
public sealed record IgnitionDecompilation
{
    private readonly DecompiledDocument document;

    [SetsRequiredMembers]
    internal IgnitionDecompilation(DecompiledDocument document, string text, string dialect, IReadOnlyList<string> notes) =>
        (this.document, Text, Dialect, Notes) = (document, text, dialect, notes);

    /// <summary>The document, secrets included.</summary>
    public required string Text { get; init; }

    /// <summary>The document with the kind, the length and a fingerprint in the place of each secret, for display.</summary>
    public string DisplayText => document.DisplayText;

    /// <summary>Its language and version, such as <c>clc 0.5.0</c> or <c>flatcar 1.1.0</c>.</summary>
    public required string Dialect { get; init; }

    /// <summary>Whether it transpiles to JSON that means the same.</summary>
    public bool IsExact => Notes.Count == 0;

    /// <summary>What it could not say, where it is not exact.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The document, secrets included.</summary>
    public override string ToString() => Text;
}
