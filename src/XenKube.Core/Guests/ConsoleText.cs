using System.Text;

namespace XenKube.Guests;

/// <summary>
/// What a console shows, as lines without anything that a terminal acts upon (ECMA-48). A program that paints the screen, as GRUB does,
/// moves the cursor in place of ending a line: where the cursor goes elsewhere, a line ends here.
/// </summary>
internal static class ConsoleText
{
    private const char Escape = '\x1b', Bell = '\a';

    /// <summary>The lines that are not empty.</summary>
    /// <param name="text">The text.</param>
    public static IReadOnlyList<string> Lines(string text)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        void End()
        {
            var shown = line.ToString().TrimEnd();
            line.Clear();
            if (shown.Length > 0)
            {
                lines.Add(Printable.Name(shown));
            }
        }
        for (var i = 0; i < text.Length;)
        {
            var c = text[i++];
            switch (c)
            {
                case Escape:
                    if (Skip(text, ref i))
                    {
                        End();
                    }
                    break;
                case '\n' or '\r':
                    End();
                    break;
                case '\t':
                    line.Append(' ');
                    break;
                case < ' ' or >= '\x7f' and < '\xa0':
                    break;
                default:
                    line.Append(c);
                    break;
            }
        }
        End();
        return lines;
    }

    /// <summary>Goes on after an escape sequence.</summary>
    /// <returns>True when it moves the cursor to another line, or clears the screen.</returns>
    private static bool Skip(string text, ref int place)
    {
        if (place == text.Length)
        {
            return false;
        }
        switch (text[place++])
        {
            case '[':
                while (place < text.Length && text[place] is >= ' ' and <= '?')
                {
                    place++;
                }
                return place < text.Length && text[place++] is 'H' or 'f' or 'J' or 'A' or 'B' or 'E' or 'F' or 'd';
            case ']' or 'P' or '_' or '^' or 'X':
                // A string, such as a window's title, ends with a bell or with ESC \.
                while (place < text.Length && text[place] is not (Bell or Escape or '\n'))
                {
                    place++;
                }
                if (place < text.Length && text[place] == Bell)
                {
                    place++;
                }
                return false;
            case '(' or ')' or '*' or '+' or '#' or '%' or ' ':
                place = Math.Min(place + 1, text.Length);
                return false;
            default:
                return false;
        }
    }
}
