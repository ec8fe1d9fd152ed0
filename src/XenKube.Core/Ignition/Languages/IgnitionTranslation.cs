using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Languages;

/// <summary>What a dialect made of a document.</summary>
/// <param name="Json">The Ignition JSON, its last line break included where the reference tool writes one; null if it failed.</param>
/// <param name="Version">The Ignition version written, such as <c>2.1.0</c>; empty if that was never settled.</param>
/// <param name="Dialect">The language and its version, such as <c>clc 0.5.0</c> or <c>flatcar 1.1.0</c>.</param>
/// <param name="Report">Everything found, in the reference tool's order.</param>
/// <param name="Failure">The reference tool's closing line of a failed run; null where it has none.</param>
/// <param name="Remedy">How to mend a failed run, where more can be said than to correct what the report names; null elsewhere.</param>
internal sealed record IgnitionTranslation(
    byte[]? Json, string Version, string Dialect, Report Report, string? Failure = null, Remedy? Remedy = null);
