using System.Text.Json.Serialization;
using XenKube.Ignition.Secrets;

namespace XenKube.Ignition.Reporting;

/// <summary>One thing found in a config.</summary>
/// <param name="Kind">How much it matters.</param>
/// <param name="Message">What was found.</param>
/// <param name="Line">The line in the source, from 1; 0 where there is no place.</param>
/// <param name="Column">The column in characters, from 1; 0 where there is no place.</param>
/// <param name="Path">
/// The place in the document's tree, such as <c>storage.files.0.mode</c>; empty where it is not known or the whole document is meant.
/// </param>
public sealed record ReportEntry(
    ReportKind Kind,
    [property: JsonConverter(typeof(RedactedTextConverter))] string Message,
    int Line = 0,
    int Column = 0,
    string Path = "")
{
    /// <summary>The kind as the tools print it: <c>error</c>, <c>warning</c>, <c>info</c> or <c>deprecated</c>.</summary>
    public string KindText => Kind switch
    {
        ReportKind.Error => "error",
        ReportKind.Warning => "warning",
        ReportKind.Deprecated => "deprecated",
        _ => "info",
    };

    /// <summary>As the Container Linux Config Transpiler prints it: two lines with a position, one without.</summary>
    public override string ToString() =>
        Line != 0
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{KindText} at line {Line}, column {Column}\n{Message}")
            : $"{KindText}: {Message}";
}
