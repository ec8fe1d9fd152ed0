using XenKube.Ignition.Json;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Validation;

/// <summary>A JSON document as Ignition 2.x reports about it: at the beginning of the value or key that is meant, with the path.</summary>
/// <remarks>Held against ignition-validate 2.16.2 and 2.26.0.</remarks>
internal sealed class Generation3Source(JsonNode? root, TextPositions positions) : JsonSource(root)
{
    /// <summary>What was reported.</summary>
    public List<ReportEntry> Entries { get; } = [];

    public override void Report(ConfigFinding finding, JsonNode? node, SourcePart part = SourcePart.Value)
    {
        var (line, column) = node is null ? (0, 0) : positions.At(part == SourcePart.Key ? node.KeyStart : node.Start);
        Entries.Add(new ReportEntry(finding.Kind, finding.Message, line, column, finding.Path.ToString()));
    }
}
