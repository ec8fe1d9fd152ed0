namespace XenKube;

/// <summary>
/// Two changes of one text, made one after the other or side by side, as one text: the three-way merge of diff3(1), by lines.
/// </summary>
public static class TextMerge
{
    /// <summary>Merges two changes of a text.</summary>
    /// <param name="original">The text that both began with.</param>
    /// <param name="first">One result.</param>
    /// <param name="second">The other result.</param>
    /// <returns>The text with both changes; null where they meet: in the same lines, or in lines side by side.</returns>
    public static string? Merge(string original, string first, string second)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first == second || original == second)
        {
            return first;
        }
        if (original == first)
        {
            return second;
        }
        var lines = TextDiff.Lines(original);
        var (left, right) = (TextDiff.Changes(lines, TextDiff.Lines(first)), TextDiff.Changes(lines, TextDiff.Lines(second)));
        if (left.Exists(one => right.Exists(other => one.Start <= other.End && other.Start <= one.End && !one.IsSameAs(other))))
        {
            return null;
        }
        var result = new System.Text.StringBuilder();
        var at = 0;
        foreach (var change in left.Concat(right.Where(other => !left.Exists(one => one.IsSameAs(other)))).OrderBy(change => change.Start)
            .ThenBy(change => change.End))
        {
            result.AppendJoin("", lines[at..change.Start]).AppendJoin("", change.Lines);
            at = change.End;
        }
        return result.AppendJoin("", lines[at..]).ToString();
    }
}
