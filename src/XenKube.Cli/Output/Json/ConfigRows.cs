using XenKube.Ignition.Comparing;

namespace XenKube.Cli.Output.Json;

/// <summary>A config that was written as a document again, in JSON.</summary>
internal sealed record DecompiledRow(string Text, string Dialect, bool IsExact, IReadOnlyList<string> Notes);

/// <summary>What the publication of a node's config changes, in JSON.</summary>
internal sealed record ConfigChangeRow(string Node, bool IsPublished, string? Damage, IReadOnlyList<IgnitionChange> Changes);
