namespace XenKube.Parsing.Yaml;

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Its first character.</param>
/// <param name="End">The place after its last character.</param>
/// <param name="Text">A scalar's text, an anchor's name, a tag's handle, a version as <c>1.1</c>.</param>
/// <param name="Suffix">A tag's suffix, a tag directive's prefix.</param>
/// <param name="Style">How a scalar was written.</param>
internal readonly record struct YamlToken(
    YamlTokenKind Kind, YamlMark Start, YamlMark End, string Text = "", string Suffix = "", YamlScalarStyle Style = YamlScalarStyle.Plain);
