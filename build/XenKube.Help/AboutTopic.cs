using System.Text;

namespace XenKube.Help;

/// <summary>Turns the Markdown of an about topic into the plain text that Get-Help shows.</summary>
public static class AboutTopic
{
    private const int Width = 100;

    public static string Render(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        var paragraph = new StringBuilder();
        var fenced = false;
        void Flush()
        {
            if (paragraph.Length > 0)
            {
                Wrap(text, paragraph.ToString());
                paragraph.Clear();
            }
        }
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                Flush();
                fenced = !fenced;
            }
            else if (fenced)
            {
                text.Append("        ").AppendLine(line);
            }
            else if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                text.AppendLine("TOPIC").Append("    ").AppendLine(line[2..]);
            }
            else if (line.StartsWith('#'))
            {
                Flush();
                text.AppendLine(line.TrimStart('#').Trim().ToUpperInvariant());
            }
            else if (line.Trim().Length == 0)
            {
                Flush();
                text.AppendLine();
            }
            else
            {
                if (line.StartsWith("- ", StringComparison.Ordinal) || line.StartsWith('|'))
                {
                    Flush();
                }
                paragraph.Append(paragraph.Length == 0 ? "" : " ").Append(line.StartsWith('|') ? line : line.Trim());
            }
        }
        Flush();
        return text.ToString();
    }

    private static void Wrap(StringBuilder text, string paragraph)
    {
        var plain = paragraph.StartsWith('|') ? paragraph : paragraph.Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal);
        var hanging = plain.StartsWith("- ", StringComparison.Ordinal) ? "      " : "    ";
        var line = new StringBuilder("    ");
        foreach (var word in plain.Split(' '))
        {
            if (line.Length + word.Length > Width && line.Length > hanging.Length && !plain.StartsWith('|'))
            {
                text.AppendLine(line.ToString().TrimEnd());
                line.Clear().Append(hanging);
            }
            line.Append(word).Append(' ');
        }
        text.AppendLine(line.ToString().TrimEnd());
    }
}
