using System.Globalization;
using System.Text;

namespace XenKube;

/// <summary>The difference of two texts as <c>diff -u</c> prints it.</summary>
public static class TextDiff
{
    private const int Context = 3;
    private const int MaxEdits = 4000;

    /// <summary>Compares two texts line by line.</summary>
    /// <param name="before">The old text.</param>
    /// <param name="after">The new text.</param>
    /// <param name="beforeName">The old text's name in the heading.</param>
    /// <param name="afterName">The new text's name in the heading.</param>
    /// <returns>The difference; empty when there is none.</returns>
    public static string Unified(string before, string after, string beforeName, string afterName)
    {
        var hunks = Hunks(before, after);
        return hunks.Length == 0 ? "" : $"--- {beforeName}\n+++ {afterName}\n{hunks}";
    }

    /// <summary>The same without the heading.</summary>
    /// <param name="before">The old text; null is taken as empty.</param>
    /// <param name="after">The new text; null is taken as empty.</param>
    /// <returns>The hunks; empty when there is no difference.</returns>
    public static string Hunks(string? before, string? after)
    {
        var (a, b) = (Lines(before ?? ""), Lines(after ?? ""));
        var kept = Match(a, b);
        var output = new StringBuilder();
        for (var i = 0; i < kept.Count - 1;)
        {
            // A gap between two kept lines is a change; changes that lie close together share a hunk.
            if (kept[i + 1].A == kept[i].A + 1 && kept[i + 1].B == kept[i].B + 1)
            {
                i++;
                continue;
            }
            var first = i;
            var last = i + 1;
            while (last < kept.Count - 1 && NextGap(kept, last) is var next && next >= 0 && kept[next].A - kept[last].A < Context * 2)
            {
                last = next + 1;
            }
            WriteHunk(output, a, b, kept, first, last);
            i = last;
        }
        return output.ToString();
    }

    private static int NextGap(List<(int A, int B)> kept, int from)
    {
        for (var i = from; i < kept.Count - 1; i++)
        {
            if (kept[i + 1].A != kept[i].A + 1 || kept[i + 1].B != kept[i].B + 1)
            {
                return i;
            }
        }
        return -1;
    }

    private static void WriteHunk(StringBuilder output, string[] a, string[] b, List<(int A, int B)> kept, int first, int last)
    {
        var lead = Math.Min(Context, Math.Min(kept[first].A, kept[first].B) + 1);
        var tail = Math.Min(Context, a.Length - kept[last].A);
        var (startA, startB) = (kept[first].A - lead + 1, kept[first].B - lead + 1);
        var (countA, countB) = (kept[last].A + tail - startA, kept[last].B + tail - startB);
        output.Append(CultureInfo.InvariantCulture, $"@@ -{Range(startA, countA)} +{Range(startB, countB)} @@\n");
        for (var i = startA; i <= kept[first].A; i++)
        {
            Write(output, ' ', a[i]);
        }
        for (var i = first; i < last; i++)
        {
            for (var j = kept[i].A + 1; j < kept[i + 1].A; j++)
            {
                Write(output, '-', a[j]);
            }
            for (var j = kept[i].B + 1; j < kept[i + 1].B; j++)
            {
                Write(output, '+', b[j]);
            }
            if (i + 1 < last)
            {
                Write(output, ' ', a[kept[i + 1].A]);
            }
        }
        for (var i = kept[last].A; i < kept[last].A + tail; i++)
        {
            Write(output, ' ', a[i]);
        }
    }

    private static string Range(int start, int count) => count switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $"{start},0"),
        1 => (start + 1).ToString(CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{start + 1},{count}"),
    };

    private static void Write(StringBuilder output, char mark, string line)
    {
        output.Append(mark).Append(line);
        if (!line.EndsWith('\n'))
        {
            output.Append("\n\\ No newline at end of file\n");
        }
    }

    /// <summary>The lines of a text that are replaced to make another one, in their order.</summary>
    internal static List<LineChange> Changes(string[] before, string[] after)
    {
        var kept = Match(before, after);
        return
        [
            .. kept.Zip(kept.Skip(1)).Where(pair => pair.Second.A != pair.First.A + 1 || pair.Second.B != pair.First.B + 1)
                .Select(pair => new LineChange(pair.First.A + 1, pair.Second.A, after[(pair.First.B + 1)..pair.Second.B])),
        ];
    }

    internal static string[] Lines(string text)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[start..end]);
            start = end;
        }
        return [.. lines];
    }

    /// <summary>
    /// The pairs of lines that stay, between a pair before the first line and one after the last. Myers, "An O(ND) difference algorithm",
    /// 1986.
    /// </summary>
    private static List<(int A, int B)> Match(string[] a, string[] b)
    {
        var head = 0;
        while (head < a.Length && head < b.Length && a[head] == b[head])
        {
            head++;
        }
        var tail = 0;
        while (tail < a.Length - head && tail < b.Length - head && a[^(tail + 1)] == b[^(tail + 1)])
        {
            tail++;
        }
        List<(int, int)> kept = [(-1, -1), .. Enumerable.Range(0, head).Select(i => (i, i))];
        kept.AddRange(Middle(a.AsSpan(head, a.Length - head - tail), b.AsSpan(head, b.Length - head - tail))
            .Select(pair => (pair.A + head, pair.B + head)));
        kept.AddRange(Enumerable.Range(0, tail).Select(i => (a.Length - tail + i, b.Length - tail + i)));
        kept.Add((a.Length, b.Length));
        return kept;
    }

    private static List<(int A, int B)> Middle(ReadOnlySpan<string> a, ReadOnlySpan<string> b)
    {
        var limit = Math.Min(a.Length + b.Length, MaxEdits);
        var furthest = new int[(2 * limit) + 2];
        var history = new List<int[]>();
        for (var edits = 0; edits <= limit; edits++)
        {
            history.Add((int[])furthest.Clone());
            for (var diagonal = -edits; diagonal <= edits; diagonal += 2)
            {
                var down = diagonal == -edits || (diagonal != edits && furthest[limit + diagonal - 1] < furthest[limit + diagonal + 1]);
                var x = down ? furthest[limit + diagonal + 1] : furthest[limit + diagonal - 1] + 1;
                while (x < a.Length && x - diagonal < b.Length && x - diagonal >= 0 && a[x] == b[x - diagonal])
                {
                    x++;
                }
                furthest[limit + diagonal] = x;
                if (x >= a.Length && x - diagonal >= b.Length)
                {
                    return Trace(history, limit, a.Length, b.Length);
                }
            }
        }
        // Too different for it to matter: everything is replaced.
        return [];
    }

    /// <summary>Lines from one number to another, without the last, that become others.</summary>
    internal sealed record LineChange(int Start, int End, string[] Lines)
    {
        public bool IsSameAs(LineChange other) => Start == other.Start && End == other.End && Lines.AsSpan().SequenceEqual(other.Lines);
    }

    private static List<(int A, int B)> Trace(List<int[]> history, int limit, int x, int y)
    {
        var kept = new List<(int, int)>();
        for (var edits = history.Count - 1; edits >= 0; edits--)
        {
            var furthest = history[edits];
            var diagonal = x - y;
            var down = diagonal == -edits || (diagonal != edits && furthest[limit + diagonal - 1] < furthest[limit + diagonal + 1]);
            var from = edits == 0 ? 0 : down ? furthest[limit + diagonal + 1] : furthest[limit + diagonal - 1];
            var fromY = edits == 0 ? 0 : from - (down ? diagonal + 1 : diagonal - 1);
            var (endX, endY) = edits == 0 ? (0, 0) : down ? (from, fromY + 1) : (from + 1, fromY);
            while (x > endX && y > endY)
            {
                kept.Add((--x, --y));
            }
            (x, y) = (from, fromY);
        }
        kept.Reverse();
        return kept;
    }
}
