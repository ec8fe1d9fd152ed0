using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Model;

/// <summary>Something found at a place of a config's tree, before it is known where in the source that is.</summary>
/// <param name="Kind">How much it matters.</param>
/// <param name="Path">The place.</param>
/// <param name="Message">What was found.</param>
internal sealed record ConfigFinding(ReportKind Kind, ConfigPath Path, string Message);
