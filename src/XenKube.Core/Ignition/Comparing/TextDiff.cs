using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Comparing;

/// <summary>The difference of two texts, line by line, as a unified diff with three lines around each change.</summary>
internal static class TextDiff
{
    private const int Context = 3;
    private const string NoEnd = "\n\\ No newline at end of file";

    /// <summary>Texts whose product of lines is beyond this are shown as replaced whole: the table would not be worth it.</summary>
    private const long MaxTable = 4_000_000;

    /// <summary>The difference; empty where either side is no text and nothing can be shown.</summary>
    public static string Of(string? old, string? now)
    {
        if (old is null && now is null)
        {
            return "";
        }
        var (a, b) = (Lines(old), Lines(now));
        var edits = Edits(a, b);
        var diff = new StringBuilder();
        for (var index = 0; index < edits.Count;)
        {
            if (edits[index].Sign == ' ')
            {
                index++;
                continue;
            }
            var start = Math.Max(0, index - Context);
            var end = EndOfHunk(edits, index);
            AppendHunk(diff, edits, start, end);
            index = end;
        }
        return diff.ToString().TrimEnd('\n');
    }

    private static string[] Lines(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }
        // A last line without its end is another line than the one with it.
        return text.EndsWith('\n') ? text[..^1].Split('\n') : [.. text.Split('\n')[..^1], text[(text.LastIndexOf('\n') + 1)..] + NoEnd];
    }

    private static int EndOfHunk(List<(char Sign, string Line)> edits, int index)
    {
        var end = index;
        for (var quiet = 0; end < edits.Count && quiet <= 2 * Context; end++)
        {
            quiet = edits[end].Sign == ' ' ? quiet + 1 : 0;
        }
        var trailing = 0;
        while (edits[end - 1 - trailing].Sign == ' ')
        {
            trailing++;
        }
        return end - Math.Max(0, trailing - Context);
    }

    private static void AppendHunk(StringBuilder diff, List<(char Sign, string Line)> edits, int start, int end)
    {
        var (oldStart, newStart) = (1, 1);
        for (var index = 0; index < start; index++)
        {
            oldStart += edits[index].Sign == '+' ? 0 : 1;
            newStart += edits[index].Sign == '-' ? 0 : 1;
        }
        var hunk = edits.GetRange(start, end - start);
        var oldCount = hunk.Count(edit => edit.Sign != '+');
        var newCount = hunk.Count(edit => edit.Sign != '-');
        diff.Append(
            CultureInfo.InvariantCulture,
            $"@@ -{(oldCount == 0 ? oldStart - 1 : oldStart)},{oldCount} +{(newCount == 0 ? newStart - 1 : newStart)},{newCount} @@\n");
        foreach (var (sign, line) in hunk)
        {
            diff.Append(sign).Append(line).Append('\n');
        }
    }

    /// <summary>The lines of both texts in one list, by a longest common subsequence.</summary>
    private static List<(char Sign, string Line)> Edits(string[] a, string[] b)
    {
        var edits = new List<(char, string)>(a.Length + b.Length);
        var head = 0;
        while (head < a.Length && head < b.Length && a[head] == b[head])
        {
            edits.Add((' ', a[head++]));
        }
        var tail = 0;
        while (tail < a.Length - head && tail < b.Length - head && a[^(tail + 1)] == b[^(tail + 1)])
        {
            tail++;
        }
        var (left, right) = (a.AsSpan(head, a.Length - head - tail).ToArray(), b.AsSpan(head, b.Length - head - tail).ToArray());
        if ((long)left.Length * right.Length > MaxTable)
        {
            edits.AddRange(left.Select(line => ('-', line)));
            edits.AddRange(right.Select(line => ('+', line)));
        }
        else
        {
            Walk(left, right, edits);
        }
        for (var index = a.Length - tail; index < a.Length; index++)
        {
            edits.Add((' ', a[index]));
        }
        return edits;
    }

    private static void Walk(string[] a, string[] b, List<(char Sign, string Line)> edits)
    {
        var lengths = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
            {
                lengths[i, j] = a[i] == b[j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
            }
        }
        var (x, y) = (0, 0);
        while (x < a.Length || y < b.Length)
        {
            if (x < a.Length && y < b.Length && a[x] == b[y])
            {
                edits.Add((' ', a[x++]));
                y++;
            }
            else if (y >= b.Length || x < a.Length && lengths[x + 1, y] >= lengths[x, y + 1])
            {
                edits.Add(('-', a[x++]));
            }
            else
            {
                edits.Add(('+', b[y++]));
            }
        }
    }
}
