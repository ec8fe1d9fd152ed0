using System.Globalization;

namespace XenKube.Hosting;

/// <summary>Reads the lines of a file of iptables-save, as iptables-restore(8) does, with quotes and escapes.</summary>
internal static class FirewallRuleParser
{
    public static List<FirewallRule> Parse(string text, string path)
    {
        var rules = new List<FirewallRule>();
        var table = "";
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r');
            if (line.StartsWith('*'))
            {
                table = line[1..].Trim();
            }
            else if (line.StartsWith("COMMIT", StringComparison.Ordinal))
            {
                table = "";
            }
            else if (line.StartsWith("-A ", StringComparison.Ordinal) || line.StartsWith("-I ", StringComparison.Ordinal) || line.StartsWith('['))
            {
                if (table.Length == 0)
                {
                    throw Bad(path, number, "a rule outside of any table");
                }
                if (ParseRule(table, line, number, path) is { } rule)
                {
                    rules.Add(rule);
                }
            }
        }
        return table.Length == 0 ? rules : throw Bad(path, number, $"the table '{Printable.Of(table)}' has no COMMIT");
    }

    private static FirewallRule? ParseRule(string table, string line, int number, string path)
    {
        var words = Words(line, number, path);
        // Counters may stand before a rule: [12:3456] -A …
        var start = words.Count > 0 && words[0].Text.StartsWith('[') ? 1 : 0;
        if (words.Count < start + 2 || words[start].Text is not ("-A" or "-I"))
        {
            return null;
        }
        var fields = new Dictionary<string, string>();
        var (special, portsAt, ports) = (false, (0, 0, 0), Array.Empty<string>());
        for (var i = start + 2; i < words.Count; i++)
        {
            var (text, at, _) = words[i];
            var next = i + 1 < words.Count ? words[i + 1] : default;
            var key = text switch
            {
                "-p" or "--protocol" or "--proto" => "p",
                "-i" or "--in-interface" => "i",
                "-o" or "--out-interface" => "o",
                "-s" or "--source" or "--src" => "s",
                "-d" or "--destination" or "--dst" => "d",
                "-j" or "--jump" or "-g" or "--goto" => "j",
                "--dport" or "--destination-port" or "--dports" or "--destination-ports" => "ports",
                _ => "",
            };
            switch (key)
            {
                case "ports" when next.Text is not null:
                    special |= ports.Length > 0;
                    ports = next.Text.Split(',');
                    portsAt = (at, next.Start, next.End);
                    i++;
                    break;
                case "":
                    special |= text is "!" or "--sport" or "--sports" or "--source-port" or "--source-ports" or "--ports";
                    break;
                case var _ when next.Text is not null:
                    fields[key] = next.Text;
                    i++;
                    break;
                default:
                    break;
            }
        }
        string Field(string name) => fields.GetValueOrDefault(name, "");
        return new FirewallRule(table, words[start + 1].Text, Field("p"), Field("i"), Field("o"), Field("s"), Field("d"), ports, Field("j"), number, line) { IsSpecial = special, PortsAt = portsAt };
    }

    private static List<(string Text, int Start, int End)> Words(string line, int number, string path)
    {
        var words = new List<(string, int, int)>();
        for (var at = 0; at < line.Length;)
        {
            if (line[at] is ' ' or '\t')
            {
                at++;
                continue;
            }
            var start = at;
            var word = new System.Text.StringBuilder();
            var quote = '\0';
            for (; at < line.Length && (quote != '\0' || line[at] is not (' ' or '\t')); at++)
            {
                var c = line[at];
                if (quote != '\0' && c == '\\' && at + 1 < line.Length)
                {
                    word.Append(line[++at]);
                }
                else if (c == quote)
                {
                    quote = '\0';
                }
                else if (quote == '\0' && c is '"' or '\'')
                {
                    quote = c;
                }
                else
                {
                    word.Append(c);
                }
            }
            if (quote != '\0')
            {
                throw Bad(path, number, "a quote that is not closed");
            }
            words.Add((word.ToString(), start, at));
        }
        return words;
    }

    private static InvalidInputException Bad(string path, int line, string reason) =>
        new(ErrorIds.FirewallRulesInvalid, path, string.Create(CultureInfo.InvariantCulture, $"line {line}"), reason, "Compare with the output of iptables-save");
}
