using System.Globalization;
using System.Text;
using XenKube.Ignition.Reporting;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Writing;

namespace XenKube.Ignition.Validation;

/// <summary>What was found in an existing Ignition config.</summary>
/// <remarks>Held against ignition-validate 0.35.0 and 2.16.2 and 2.26.0.</remarks>
public sealed class IgnitionValidation
{
    private readonly IReadOnlyList<string> shown;

    internal IgnitionValidation(IReadOnlyList<ReportEntry> entries, IReadOnlyList<string>? shown = null, bool isUnreadable = false)
    {
        Entries = entries;
        IsUnreadable = isUnreadable;
        this.shown = shown ?? [];
    }

    /// <summary>Whether the guest would accept the config: there is no error, though perhaps a warning.</summary>
    public bool IsValid => !Entries.Any(entry => entry.Kind == ReportKind.Error);

    /// <summary>Everything found, in the order in which the checks ran.</summary>
    public IReadOnlyList<ReportEntry> Entries { get; }

    /// <summary>The generation whose rules were applied: 2 or 3.</summary>
    public int Generation { get; internal init; }

    /// <summary>The version that the config declares; empty if it has none.</summary>
    public string Version { get; internal init; } = "";

    /// <summary>
    /// Whether the input is not a config of a known version at all, so that no rule was applied; the only entry says why.
    /// </summary>
    public bool IsUnreadable { get; }

    /// <summary>
    /// How to mend a config that is not one of a known version, or not JSON because of how it begins; null where the entries say all.
    /// </summary>
    public string? Remedy { get; internal init; }

    /// <summary>
    /// The report for a person, in the style of the guest's own <c>ignition-validate</c>; ends in a line break unless empty.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < Entries.Count; i++)
        {
            var entry = Entries[i];
            if (IsUnreadable)
            {
                text.Append("couldn't parse config: ").Append(entry.Message);
            }
            else if (Generation == 2)
            {
                text.Append(entry.KindText);
                text.Append(entry.Line == 0
                    ? ": "
                    : string.Create(CultureInfo.InvariantCulture, $" at line {entry.Line}, column {entry.Column}\n"));
                text.Append(i < shown.Count ? shown[i] : "").Append(entry.Message);
            }
            else
            {
                text.Append(entry.KindText);
                text.Append(entry.Path.Length > 0 ? $" at $.{entry.Path}, " : HasPlace(entry) ? " at " : "");
                text.Append(HasPlace(entry) ? string.Create(CultureInfo.InvariantCulture, $"line {entry.Line} col {entry.Column}") : "");
                text.Append(": ").Append(entry.Message);
            }
            text.Append('\n');
        }
        // As the reference: an unknown key that is empty leaves no blank at the end.
        return text.ToString().Trim() is { Length: > 0 } report ? report + "\n" : "";
    }

    /// <summary>
    /// The report as a JSON document: <c>valid</c>, <c>generation</c>, <c>version</c>, and <c>entries</c> with kind, path, line, column and
    /// message; <c>remedy</c> where there is one.
    /// </summary>
    public string ToJson()
    {
        using var json = new IgnitionJsonWriter(pretty: true);
        json.StartObject();
        json.Member("valid", IsValid);
        json.Member("generation", Generation);
        json.Member("version", Version);
        json.Name("entries");
        json.StartArray();
        foreach (var entry in Entries)
        {
            json.StartObject();
            json.Member("kind", entry.KindText);
            json.Member("path", entry.Path);
            json.Member("line", entry.Line);
            json.Member("column", entry.Column);
            json.Member("message", SecretText.Redact(entry.Message));
            json.EndObject();
        }
        json.EndArray();
        if (Remedy is not null)
        {
            json.Member("remedy", Remedy);
        }
        json.EndObject();
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    /// <summary>The reference prints a syntax error at the very end of the text as line 0 col 0.</summary>
    private bool HasPlace(ReportEntry entry) => entry.Line != 0 || (Generation == 3 && !IsUnreadable && entry.Path.Length == 0);
}
