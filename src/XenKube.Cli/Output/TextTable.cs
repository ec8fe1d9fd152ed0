namespace XenKube.Cli.Output;

/// <summary>Prints rows with aligned columns, as parted and xl do.</summary>
internal static class TextTable
{
    /// <summary>
    /// Prints a table; nothing where it has no rows, so that heads alone do not look like a result. The content of a cell may come from a
    /// guest's disk, so it is made printable.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="heads">The columns' heads; one that begins with '&gt;' is aligned to the right.</param>
    /// <param name="rows">The cells.</param>
    public static void Write(TextWriter output, string[] heads, IEnumerable<string?[]> rows)
    {
        var right = Array.ConvertAll(heads, head => head.StartsWith('>'));
        var cells = rows.Select(row => Array.ConvertAll(row, Printable.Name)).ToList();
        if (cells.Count == 0)
        {
            return;
        }
        var lines = cells
            .Prepend(Array.ConvertAll(heads, head => head.TrimStart('>'))).ToArray();
        var widths = heads.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            output.WriteLine(string.Join("  ", line.Select((cell, column) =>
                right[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
