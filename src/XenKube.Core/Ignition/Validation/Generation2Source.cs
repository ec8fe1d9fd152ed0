using XenKube.Ignition.Json;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Validation;

/// <summary>
/// A JSON document as Ignition 0.35.0 reports about it: after the value or key that is meant, with a picture of a value that has a
/// place of its own.
/// </summary>
internal sealed class Generation2Source(JsonNode? root, TextPositions positions) : JsonSource(root)
{
    /// <summary>What was reported.</summary>
    public List<ReportEntry> Entries { get; } = [];

    /// <summary>The picture of each entry; empty for none.</summary>
    public List<string> Shown { get; } = [];

    public override void Report(ConfigFinding finding, JsonNode? node, SourcePart part = SourcePart.Value)
    {
        var offset = part == SourcePart.Key ? node?.KeyEnd : node?.End;
        var (line, column) = offset is { } end ? positions.Behind(end) : (0, 0);
        Entries.Add(new ReportEntry(finding.Kind, finding.Message, line, column));
        Shown.Add(offset is { } place && part != SourcePart.Inner ? positions.Show(place) : "");
    }
}
