using System.Text;

namespace XenKube.Firewall.Iptables;

/// <summary>A word of a line.</summary>
/// <param name="Text">The word without its quotes.</param>
/// <param name="Start">Where it begins in the line.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct IptablesWord(string Text, int Start, int End)
{
    /// <summary>
    /// Splits a line as iptables-restore does (add_param_to_argv): blanks and tabs between words, double quotes, a backslash in quotes.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <returns>The words; null when a quote is not closed.</returns>
    public static List<IptablesWord>? Split(string line)
    {
        var words = new List<IptablesWord>();
        for (var at = 0; at < line.Length;)
        {
            if (line[at] is ' ' or '\t')
            {
                at++;
                continue;
            }
            var start = at;
            var word = new StringBuilder();
            var isQuoted = false;
            for (; at < line.Length && (isQuoted || line[at] is not (' ' or '\t')); at++)
            {
                var c = line[at];
                if (isQuoted && c == '\\' && at + 1 < line.Length)
                {
                    word.Append(line[++at]);
                }
                else if (c == '"')
                {
                    isQuoted = !isQuoted;
                }
                else
                {
                    word.Append(c);
                }
            }
            if (isQuoted)
            {
                return null;
            }
            words.Add(new IptablesWord(word.ToString(), start, at));
        }
        return words;
    }
}
