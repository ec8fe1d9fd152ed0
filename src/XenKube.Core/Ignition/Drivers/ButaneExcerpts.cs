using System.Globalization;
using System.Text;
using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Drivers;

/// <summary>
/// Entries of a report with the lines that they are about, as Butane has printed them since 0.29.0. Control characters of the
/// document, which a terminal would obey, are shown as question marks.
/// </summary>
/// <param name="source">The document.</param>
/// <param name="name">What to call it.</param>
/// <param name="isColored">Whether to use colours.</param>
/// <remarks>Held against Butane 0.29.0, built with Go 1.24.</remarks>
internal sealed class ButaneExcerpts(byte[] source, string name, bool isColored)
{
    private const int LinesAround = 2;
    private const string Blue = "\u001b[1;34m";

    private readonly string[] lines = Encoding.UTF8.GetString(source).Split('\n');

    /// <summary>The entries, an empty line between them.</summary>
    public string Format(Report report) => string.Join('\n', report.Select(Format));

    private string Format(ReportEntry entry)
    {
        // The reference takes a column, a number of characters, for a number of bytes.
        if (entry.Line < 1 || entry.Line > lines.Length || entry.Column < 1
            || entry.Column > Encoding.UTF8.GetByteCount(lines[entry.Line - 1]))
        {
            return ButaneDriver.Format(entry);
        }
        var last = Math.Min(lines.Length, entry.Line + LinesAround);
        var width = last.ToString(CultureInfo.InvariantCulture).Length;
        var gutter = new string(' ', width);
        var text = new StringBuilder();
        text.Append(Color(entry.KindText, entry.Kind == ReportKind.Error ? "\u001b[1;31m" : "\u001b[1;33m"));
        text.Append(entry.Path.Length > 0 ? $"[$.{entry.Path}]:\n" : ":\n");
        text.Append(CultureInfo.InvariantCulture, $"  {Color("-->", Blue)} {name}:{entry.Line}:{entry.Column}\n");
        text.Append(CultureInfo.InvariantCulture, $" {gutter} |\n");
        for (var number = Math.Max(1, entry.Line - LinesAround); number <= last; number++)
        {
            var shown = number.ToString(CultureInfo.InvariantCulture).PadLeft(width);
            text.Append(CultureInfo.InvariantCulture, $" {Color(shown, Blue)} | {Harmless(lines[number - 1])}\n");
            if (number == entry.Line)
            {
                var mark = Color(new string('^', WordLength(lines[number - 1], entry.Column - 1)), Blue);
                text.Append(CultureInfo.InvariantCulture, $" {gutter} | {new string(' ', entry.Column - 1)}{mark} {entry.Message}\n");
            }
        }
        return text.Append(CultureInfo.InvariantCulture, $" {gutter} |\n").ToString();
    }

    /// <summary>How many bytes there are up to the next white space.</summary>
    private static int WordLength(string line, int start)
    {
        var rest = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(line).AsSpan(start));
        var end = 0;
        while (end < rest.Length && !char.IsWhiteSpace(rest[end]))
        {
            end++;
        }
        return Encoding.UTF8.GetByteCount(rest.AsSpan(0, end));
    }

    private static string Harmless(string line) =>
        string.Create(line.Length, line, static (shown, text) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                shown[i] = char.IsControl(text[i]) && text[i] != '\t' && !(text[i] == '\r' && i == text.Length - 1) ? '?' : text[i];
            }
        });

    private string Color(string text, string code) => isColored ? $"{code}{text}\u001b[0m" : text;
}
