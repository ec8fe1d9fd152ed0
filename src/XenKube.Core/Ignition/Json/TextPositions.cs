using System.Text;

namespace XenKube.Ignition.Json;

/// <summary>Lines and columns of byte offsets. Only LF breaks a line.</summary>
internal sealed class TextPositions
{
    private readonly byte[] text;
    private readonly List<int> lineStarts = [0];

    public TextPositions(byte[] text)
    {
        this.text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                lineStarts.Add(i + 1);
            }
        }
    }

    /// <summary>Generation 3: line and column of the byte at the offset, both from 1; zeros at the very end of the text.</summary>
    public (int Line, int Column) At(int offset)
    {
        if (offset >= text.Length)
        {
            return (0, 0);
        }
        var line = LineOf(offset);
        return (line + 1, offset - lineStarts[line] + 1);
    }

    /// <summary>Generation 2: so many bytes were read; the column starts at 0 on the first line and at 1 on the others.</summary>
    public (int Line, int Column) Behind(int offset)
    {
        offset = Math.Min(offset, text.Length);
        var line = LineOf(offset);
        return (line + 1, offset - lineStarts[line] + (line == 0 ? 0 : 1));
    }

    /// <summary>Generation 2's picture of the place: the line before, the line up to the place, and a caret.</summary>
    public string Show(int offset)
    {
        offset = Math.Min(offset, text.Length);
        var line = LineOf(offset);
        var shown = new StringBuilder();
        if (line > 0)
        {
            Append(shown, line, lineStarts[line - 1], lineStarts[line] - 1);
        }
        Append(shown, line + 1, lineStarts[line], offset);
        return shown.Append(' ', Behind(offset).Column + 5).Append("^\n").ToString();
    }

    private void Append(StringBuilder shown, int number, int start, int end) =>
        shown.Append(System.Globalization.CultureInfo.InvariantCulture, $"{number,5}: ")
            .Append(Encoding.UTF8.GetString(text, start, end - start))
            .Append('\n');

    /// <summary>The index of the line on which the next byte would stand.</summary>
    private int LineOf(int offset)
    {
        var found = lineStarts.BinarySearch(offset);
        return found >= 0 ? found : ~found - 1;
    }
}
