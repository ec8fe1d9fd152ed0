using System.Globalization;
using System.Text;

namespace XenKube;

/// <summary>
/// Text from outside, made fit to be shown: a name that holds an escape sequence, a line break or a character that turns the
/// text around is shown with those characters escaped, and never acted upon by a terminal.
/// </summary>
public static class Printable
{
    /// <summary>The most characters of a text from outside that a message shows.</summary>
    public const int UsualLength = 200;

    // Longer than the words of a usual sentence, and than paths that people type.
    private const int LongestWord = 1024, PartOfWord = 256;

    /// <summary>The text on one line.</summary>
    /// <param name="text">The text; null is taken as empty.</param>
    /// <param name="maxLength">After this many characters it ends in <c>…</c>.</param>
    public static string Of(string? text, int maxLength = UsualLength) => Escape(text, keepLines: false, maxLength);

    /// <summary>The whole text on one line, however long it is: for paths and names that a user has to find again.</summary>
    /// <param name="text">The text; null is taken as empty.</param>
    public static string Name(string? text) => Escape(text, keepLines: false, int.MaxValue);

    /// <summary>The whole text with its line breaks and tabs.</summary>
    /// <param name="text">The text; null is taken as empty.</param>
    public static string Lines(string? text) => Escape(text, keepLines: true, int.MaxValue);

    /// <summary>
    /// An error's sentence with its line breaks: a word of absurd length, such as the path of a file in thousands of directories, has only
    /// its beginning and its end.
    /// </summary>
    /// <param name="text">The text; null is taken as empty.</param>
    public static string Sentence(string? text)
    {
        var shown = Lines(text);
        if (shown.Length <= LongestWord)
        {
            return shown;
        }
        var output = new StringBuilder();
        for (var i = 0; i < shown.Length;)
        {
            var length = shown.AsSpan(i).IndexOfAny(' ', '\n', '\t') is >= 0 and var end ? end : shown.Length - i;
            if (length > LongestWord)
            {
                output.Append(shown, i, PartOfWord).Append(CultureInfo.InvariantCulture, $"…({length} characters)…")
                    .Append(shown, i + length - PartOfWord, PartOfWord);
            }
            else
            {
                output.Append(shown, i, length);
            }
            i += length;
            if (i < shown.Length)
            {
                output.Append(shown[i++]);
            }
        }
        return output.ToString();
    }

    /// <summary>A JSON document in which no character is left that a terminal acts upon; it means what it meant.</summary>
    /// <param name="json">The document, which has such characters in its strings alone.</param>
    public static string Json(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (!json.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return json;
        }
        var output = new StringBuilder(json.Length);
        foreach (var rune in json.EnumerateRunes())
        {
            if (IsShown(rune) || rune.Value is '\n')
            {
                output.Append(rune.ToString());
                continue;
            }
            foreach (var unit in rune.ToString())
            {
                output.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
        }
        return output.ToString();
    }

    private static string Escape(string? text, bool keepLines, int maxLength)
    {
        if (text is null || (text.Length <= maxLength && IsPlain(text)))
        {
            return text ?? "";
        }
        var output = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            if (output.Length >= maxLength)
            {
                return output.Append('…').ToString();
            }
            var isWhole = Rune.TryGetRuneAt(text, i, out var rune);
            if (isWhole && (IsShown(rune) || (keepLines && rune.Value is '\n' or '\t')))
            {
                output.Append(text, i, rune.Utf16SequenceLength);
            }
            else
            {
                var value = isWhole ? rune.Value : text[i];
                output.Append('\\').Append(value < 0x100 ? 'x' : value < 0x10000 ? 'u' : 'U')
                    .Append(value.ToString(value < 0x100 ? "x2" : value < 0x10000 ? "x4" : "x8", CultureInfo.InvariantCulture));
            }
            i += isWhole ? rune.Utf16SequenceLength : 1;
        }
        return output.ToString();
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>
    /// False for what a terminal acts upon or does not show: control characters (Cc, escape and the line breaks among them),
    /// format characters (Cf, which turn the direction around or have no width), line and paragraph separators.
    /// </summary>
    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
