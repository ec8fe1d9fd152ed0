using System.Globalization;

namespace XenKube.Firewall.Iptables;

/// <summary>
/// The rules of a file of iptables-save, or of one that a person wrote for iptables-restore(8). Each table is read as the program does:
/// lines are commands that run one after the other.
/// </summary>
internal sealed class IptablesRules
{
    // Priorities of the tables: NF_IP_PRI_RAW, …_MANGLE, …_NAT_DST, …_FILTER, …_SECURITY, …_NAT_SRC.
    private static readonly Dictionary<string, (Hook Hook, string Chain, int Priority)[]> Hooks = new(StringComparer.Ordinal)
    {
        ["raw"] = [(Hook.Prerouting, "PREROUTING", -300), (Hook.Output, "OUTPUT", -300)],
        ["mangle"] = [(Hook.Prerouting, "PREROUTING", -150), (Hook.Input, "INPUT", -150), (Hook.Forward, "FORWARD", -150),
            (Hook.Output, "OUTPUT", -150), (Hook.Postrouting, "POSTROUTING", -150)],
        ["nat"] = [(Hook.Prerouting, "PREROUTING", -100), (Hook.Input, "INPUT", 100), (Hook.Output, "OUTPUT", -100),
            (Hook.Postrouting, "POSTROUTING", 100)],
        ["filter"] = [(Hook.Input, "INPUT", 0), (Hook.Forward, "FORWARD", 0), (Hook.Output, "OUTPUT", 0)],
        ["security"] = [(Hook.Input, "INPUT", 50), (Hook.Forward, "FORWARD", 50), (Hook.Output, "OUTPUT", 50)],
    };

    private readonly string _path;
    private readonly bool _isIPv6;
    private readonly ServiceNames _services = new();
    private readonly Func<string, IpSet?> _sets;
    private readonly Dictionary<Rule, IptablesFields> _fields = new(ReferenceEqualityComparer.Instance);
    private string _table = "";

    private IptablesRules(string path, bool isIPv6, Func<string, IpSet?> sets) => (_path, _isIPv6, _sets) = (path, isIPv6, sets);

    /// <summary>The rules as the kernel has them once they are loaded.</summary>
    public Ruleset Rules { get; } = new();

    /// <summary>The rules in the order of the file, also those that a later line removes.</summary>
    public List<Rule> InOrder { get; } = [];

    /// <summary>The line of each table's COMMIT, and the line that begins it.</summary>
    public Dictionary<string, (int Start, int Commit)> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of ports.</summary>
    public ServiceNames Services => _services;

    /// <summary>Reads the text of a file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file it belongs to.</param>
    /// <param name="isIPv6">True for ip6tables-restore.</param>
    /// <param name="sets">The contents of a set of ipset(8); null for one that is not known.</param>
    public static IptablesRules Parse(string text, string path, bool isIPv6, Func<string, IpSet?> sets)
    {
        var rules = new IptablesRules(path, isIPv6, sets);
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            rules.ReadLine(line.TrimEnd('\r'), ++number);
        }
        return rules._table.Length == 0 ? rules : throw rules.Bad(number, $"the table '{Printable.Of(rules._table)}' has no COMMIT");
    }

    /// <summary>What a rule says.</summary>
    public IptablesFields FieldsOf(Rule rule) => _fields[rule];

    private void ReadLine(string line, int number)
    {
        if (line.StartsWith('*'))
        {
            Begin(line[1..].Trim(), number);
        }
        else if (line.StartsWith("COMMIT", StringComparison.Ordinal))
        {
            End(number);
        }
        else if (line.TrimStart() is "" or ['#', ..])
        {
            return;
        }
        else if (line.StartsWith(':'))
        {
            if (line[1..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var name, .. var rest] && _table.Length > 0)
            {
                SetPolicy(Rules.Get(_table, name), rest.Length > 0 ? rest[0] : "-", number);
            }
        }
        else
        {
            ReadCommand(line, number);
        }
    }

    /// <summary>A table that begins is empty, whatever an earlier part of the file says.</summary>
    private void Begin(string table, int number)
    {
        _table = table;
        Rules.RemoveTable(table);
        Tables[table] = (number, number);
        foreach (var (hook, name, priority) in Hooks.GetValueOrDefault(table) ?? [])
        {
            var chain = Rules.Get(table, name);
            (chain.Hook, chain.Priority, chain.IsNat) = (hook, priority, table == "nat");
        }
    }

    private void End(int number)
    {
        if (_table.Length > 0)
        {
            Tables[_table] = (Tables[_table].Start, number);
        }
        _table = "";
    }

    private static void SetPolicy(Chain chain, string policy, int number)
    {
        chain.Accepts = !policy.Equals("DROP", StringComparison.OrdinalIgnoreCase);
        chain.Line = number;
    }

    private void ReadCommand(string line, int number)
    {
        var words = IptablesWord.Split(line) ?? throw Bad(number, "a quote that is not closed");
        // Counters may be in front of a rule: [12:3456] -A …
        if (words.Count > 0 && words[0].Text.StartsWith('['))
        {
            words.RemoveAt(0);
        }
        var command = IptablesCommand.Read(words, _isIPv6);
        if (command.Verb == ' ' || command.Chain.Length == 0 || command.IsForOtherFamily)
        {
            return;
        }
        if (_table.Length == 0)
        {
            throw Bad(number, "a rule outside of any table");
        }
        var chain = Rules.Get(_table, command.Chain);
        switch (command.Verb)
        {
            case 'A':
                chain.Rules.Add(Read(command, number, line));
                chain.EndLine = number;
                break;
            case 'I':
                chain.Rules.Insert(Math.Clamp(command.Number - 1, 0, chain.Rules.Count), Read(command, number, line));
                break;
            case 'R' when command.Number >= 1 && command.Number <= chain.Rules.Count:
                chain.Rules[command.Number - 1] = Read(command, number, line);
                break;
            case 'D' when command.Number > 0:
                if (command.Number <= chain.Rules.Count)
                {
                    chain.Rules.RemoveAt(command.Number - 1);
                }
                break;
            case 'D':
                var same = chain.Rules.FindIndex(rule => IsSame(rule, command));
                if (same >= 0)
                {
                    chain.Rules.RemoveAt(same);
                }
                break;
            case 'P' when command.Rest is [var policy, ..]:
                SetPolicy(chain, policy.Text, number);
                break;
            case 'F':
                chain.Rules.Clear();
                break;
            case 'X':
                Rules.Remove(chain);
                break;
            case 'E' when command.Rest is [var name, ..]:
                Rules.Get(_table, name.Text).Rules.AddRange(chain.Rules);
                Rules.Remove(chain);
                break;
            default:
                break;
        }
    }

    private Rule Read(IptablesCommand command, int number, string line)
    {
        var (rule, fields) = new IptablesRuleReader(Rules, _services, _sets).Read(_table, command, number, line);
        _fields[rule] = fields;
        InOrder.Add(rule);
        return rule;
    }

    private static bool IsSame(Rule rule, IptablesCommand command) =>
        (IptablesWord.Split(rule.Text) ?? []) is { } words && IptablesCommand.Read([.. words.Where(word => !word.Text.StartsWith('['))],
            isIPv6: false).Rest.Select(word => word.Text).SequenceEqual(command.Rest.Select(word => word.Text));

    private InvalidInputException Bad(int line, string reason) =>
        new(ErrorIds.FirewallRulesInvalid, _path, string.Create(CultureInfo.InvariantCulture, $"line {line}"), reason,
            "Compare with the output of iptables-save");
}
