using System.Collections;

namespace XenKube.Ignition.Reporting;

/// <summary>What was found in a config, in the order in which the checks ran.</summary>
public sealed class Report : IReadOnlyList<ReportEntry>
{
    private readonly List<ReportEntry> entries = [];

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public ReportEntry this[int index] => entries[index];

    /// <summary>Whether there is an error among the entries.</summary>
    public bool IsFatal => entries.Exists(entry => entry.Kind == ReportKind.Error);

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">The entry.</param>
    public void Add(ReportEntry entry) => entries.Add(entry);

    /// <summary>Adds all entries of another report.</summary>
    /// <param name="other">The other report.</param>
    public void Add(Report other)
    {
        ArgumentNullException.ThrowIfNull(other);
        entries.AddRange(other.entries);
    }

    /// <inheritdoc/>
    public IEnumerator<ReportEntry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The entries as the Container Linux Config Transpiler prints them.</summary>
    public override string ToString() => string.Join('\n', entries);
}
