namespace XenKube.Firewall.Iptables;

/// <summary>What a line of a table does.</summary>
/// <param name="Verb">The command's letter: A, I, D, R, P, N, F, X, Z, E, L, S, C; a blank for a line that has none.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Number">The number of the rule, from 1; 0 for none.</param>
/// <param name="Rest">The words after that.</param>
internal sealed record IptablesCommand(char Verb, string Chain, int Number, IReadOnlyList<IptablesWord> Rest)
{
    private static readonly (string Name, char Verb)[] Verbs =
    [
        ("append", 'A'), ("insert", 'I'), ("delete", 'D'), ("replace", 'R'), ("policy", 'P'), ("new-chain", 'N'), ("flush", 'F'),
        ("delete-chain", 'X'), ("zero", 'Z'), ("rename-chain", 'E'),
        ("check", 'C'), ("list", 'L'), ("list-rules", 'S'),
    ];

    /// <summary>True for a line that another family of addresses would read.</summary>
    public bool IsForOtherFamily { get; init; }

    /// <summary>Reads the words of a line, of which the command may be anywhere.</summary>
    /// <param name="words">The words, without counters.</param>
    /// <param name="isIPv6">True for ip6tables-restore.</param>
    public static IptablesCommand Read(IReadOnlyList<IptablesWord> words, bool isIPv6)
    {
        var rest = new List<IptablesWord>();
        var isForOther = false;
        IptablesCommand? command = null;
        for (var i = 0; i < words.Count; i++)
        {
            var text = words[i].Text;
            if (text is "-4" or "--ipv4" or "-6" or "--ipv6")
            {
                isForOther |= text.EndsWith('6') != isIPv6;
            }
            else if (text is "-v" or "--verbose" or "-n" or "--numeric" or "-w")
            {
                // They change nothing of the rules.
            }
            else if (text is "-c" or "--set-counters" && i + 2 < words.Count)
            {
                i += 2;
            }
            else if (command is null && VerbOf(text) is var (verb, value))
            {
                var chain = value ?? (i + 1 < words.Count && !words[i + 1].Text.StartsWith('-') ? words[++i].Text : "");
                var number = 0;
                if (verb is 'I' or 'D' or 'R' && i + 1 < words.Count
                    && int.TryParse(words[i + 1].Text, System.Globalization.NumberStyles.None,
                        System.Globalization.CultureInfo.InvariantCulture, out number))
                {
                    i++;
                }
                command = new IptablesCommand(verb, chain, number, rest);
            }
            else
            {
                rest.Add(words[i]);
            }
        }
        return (command ?? new IptablesCommand(' ', "", 0, rest)) with { IsForOtherFamily = isForOther };
    }

    private static (char Verb, string? Value)? VerbOf(string word)
    {
        if (word.StartsWith("--", StringComparison.Ordinal))
        {
            var name = word[2..].Split('=')[0];
            var value = word.Contains('=', StringComparison.Ordinal) ? word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..] : null;
            var fitting = Verbs.Where(verb => verb.Name == name).ToList();
            fitting = fitting.Count > 0 || name.Length < 2 ? fitting : [.. Verbs.Where(verb =>
                verb.Name.StartsWith(name, StringComparison.Ordinal))];
            return fitting is [var one] ? (one.Verb, value) : null;
        }
        return word.Length >= 2 && word[0] == '-' && Verbs.Any(verb => verb.Verb == word[1])
            ? (word[1], word.Length > 2 ? word[2..] : null) : null;
    }
}
