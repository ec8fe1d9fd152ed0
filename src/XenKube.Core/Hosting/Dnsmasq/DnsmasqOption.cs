namespace XenKube.Hosting.Dnsmasq;

/// <summary>An option of dnsmasq, of its command line or a configuration file.</summary>
/// <param name="Name">Its long name.</param>
/// <param name="Value">What is said with it; empty for nothing.</param>
/// <param name="File">The file that says it.</param>
/// <param name="Line">The line; 0 for the command line.</param>
internal sealed record DnsmasqOption(string Name, string Value, string File, int Line)
{
    // The letters of dnsmasq's OPTSTRING that take a value, and the long names of those that matter here.
    private const string LettersWithValue = "rmpclsituagxSCATHQIBFGOMXVUjPJWY2467803";

    private static readonly Dictionary<char, string> Letters = new()
    {
        ['C'] = "conf-file", ['7'] = "conf-dir", ['G'] = "dhcp-host", ['F'] = "dhcp-range", ['i'] = "interface", ['I'] = "except-interface",
        ['2'] = "no-dhcp-interface", ['a'] = "listen-address", ['H'] = "addn-hosts", ['h'] = "no-hosts", ['Z'] = "read-ethers",
        ['p'] = "port", ['l'] = "dhcp-leasefile",
    };

    /// <summary>Reads a command line as getopt_long does.</summary>
    /// <param name="arguments">Its arguments, without the program.</param>
    public static IEnumerable<DnsmasqOption> OfCommandLine(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count && arguments[i] != "--"; i++)
        {
            var argument = arguments[i];
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                var parts = argument[2..].Split('=', 2);
                var takesNext = parts.Length == 1 && i + 1 < arguments.Count && !arguments[i + 1].StartsWith('-');
                // A word that follows an option without a value is not taken as anything by dnsmasq either.
                yield return new(parts[0], parts.Length == 2 ? parts[1] : takesNext ? arguments[i + 1] : "", "", 0);
                continue;
            }
            for (var letter = 1; argument.StartsWith('-') && letter < argument.Length; letter++)
            {
                var hasValue = LettersWithValue.Contains(argument[letter], StringComparison.Ordinal);
                var value = !hasValue ? "" : letter + 1 < argument.Length ? argument[(letter + 1)..] : i + 1 < arguments.Count
                    ? arguments[++i] : "";
                if (Letters.TryGetValue(argument[letter], out var name))
                {
                    yield return new(name, value, "", 0);
                }
                if (hasValue)
                {
                    break;
                }
            }
        }
    }

    /// <summary>Reads a configuration file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="file">The file.</param>
    public static IEnumerable<DnsmasqOption> OfFile(string text, string file)
    {
        foreach (var (number, line) in DnsmasqText.Lines(text))
        {
            if (line is not null)
            {
                var parts = line.Split('=', 2);
                yield return new(parts[0].TrimEnd(' '), parts.Length == 2 ? parts[1].TrimStart(' ') : "", file, number);
            }
        }
    }
}
