using System.Globalization;
using System.Text;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>
/// The rules that netfilter-persistent loads (iptables-save's format). Ports are added to the rules that are there; everything
/// else stays byte for byte. Immutable: each change gives a new one.
/// </summary>
public sealed class FirewallRules
{
    /// <summary>Where Debian keeps them.</summary>
    public const string DefaultPath = "/etc/iptables/rules.v4";

    // xt_multiport: XT_MULTI_PORTS; a range takes two of the places.
    private const int MaxPorts = 15;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private readonly string _text;
    private readonly FileOrigin? _origin;

    private FirewallRules(string path, string text, FileOrigin? origin)
    {
        _origin = origin;
        Path = path;
        _text = text;
        Rules = FirewallRuleParser.Parse(text, path);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The rules of all tables in the order of the file.</summary>
    public IReadOnlyList<FirewallRule> Rules { get; }

    /// <summary>Reads a rules file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ItemNotFoundException">There is no such file.</exception>
    public static FirewallRules Read(string path = DefaultPath)
    {
        var origin = FileOrigin.Of(path);
        return origin.Bytes is { } bytes
            ? new(path, Encoding.Latin1.GetString(bytes), origin)
            : throw new ItemNotFoundException(ErrorIds.FileNotFound, path, null, "there is no such file", "Install iptables-persistent, which writes it, or name the file that your firewall is loaded from");
    }

    /// <summary>Reads the text of a rules file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file it belongs to.</param>
    public static FirewallRules Parse(string text, string path = DefaultPath) => new(path, text, null);

    /// <summary>True when a rule accepts the port.</summary>
    /// <param name="port">The port and the kind of rule.</param>
    public bool IsOpen(FirewallPort port) => Candidates(port).Any(rule => rule.Ports.Any(ports => Covers(ports, port.Port)));

    /// <summary>True when a chain lets everything through that no rule drops: its policy, or a rule that accepts all from the interface.</summary>
    internal bool AcceptsAll(string chain, string inInterface)
    {
        var start = _text.IndexOf("*filter", StringComparison.Ordinal);
        var filter = start < 0 ? "" : _text[start..].Split("\nCOMMIT", 2)[0];
        var rules = Rules.Where(rule => rule.Table == "filter" && rule.Chain == chain).ToList();
        return (filter.Contains($"\n:{chain} ACCEPT", StringComparison.Ordinal) && !rules.Exists(rule => rule.Target is "DROP" or "REJECT"))
            || rules.Exists(rule => rule.Target == "ACCEPT" && rule.InInterface == inInterface && rule.Protocol.Length == 0 && rule.Source.Length == 0 && !rule.IsSpecial && !rule.Text.Contains(" -m ", StringComparison.Ordinal));
    }

    /// <summary>Opens a port in the rule that the request describes; nothing changes when it is open already.</summary>
    /// <param name="port">The port and the kind of rule.</param>
    /// <exception cref="ItemNotFoundException">There is no such rule.</exception>
    /// <exception cref="InvalidInputException">More than one kind of rule fits.</exception>
    public FirewallRules WithPort(FirewallPort port)
    {
        if (port.Port is < 1 or > 65535 || port.Protocol is not ("tcp" or "udp"))
        {
            throw new InvalidInputException(ErrorIds.PortInvalid, null, null, $"{Printable.Of(port.Protocol)} {port.Port.ToString(CultureInfo.InvariantCulture)} is not a port", "Give tcp or udp and 1 to 65535");
        }
        foreach (var name in new[] { port.InInterface, port.OutInterface })
        {
            // iptables takes a final '+' for all names that begin so.
            InterfaceName.Check(name is null ? "any" : name.EndsWith('+') && name.Length > 1 ? name[..^1] : name);
        }
        if (port.Chain.Length is 0 or > 28 || !char.IsAsciiLetterOrDigit(port.Chain[0]) || port.Chain.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw new InvalidInputException(ErrorIds.ChainInvalid, null, null, $"'{Printable.Of(port.Chain)}' is not the name of a chain", "Give INPUT or FORWARD, or another chain of the file");
        }
        if (IsOpen(port))
        {
            return this;
        }
        var candidates = Candidates(port);
        if (port.Beside is { } beside && candidates.Where(rule => rule.Ports.Any(ports => Covers(ports, beside))).ToList() is { Count: > 0 } fitting)
        {
            // Rules of the same shape belong to it: a first one may be full.
            candidates = [.. candidates.Where(rule => fitting.Any(other => other.Shape == rule.Shape))];
        }
        if (candidates.Count == 0)
        {
            throw new ItemNotFoundException(ErrorIds.FirewallRuleNotFound, Path, null, $"no rule to add the port to: {port}", $"Add one, such as: {Suggestion(port)}");
        }
        if (candidates.Select(rule => rule.Shape).Distinct().Count() > 1)
        {
            throw new InvalidInputException(ErrorIds.FirewallRuleAmbiguous, Path, $"lines {string.Join(", ", candidates.Select(rule => rule.Line.ToString(CultureInfo.InvariantCulture)))}",
                $"more than one kind of rule fits: {port}", $"Choose one by a port that it already has ({RemedyActionKind.BesideOption}), or by its interface");
        }
        var lines = _text.Split('\n').ToList();
        if (candidates.FirstOrDefault(rule => Places(rule.Ports) < MaxPorts) is { } room)
        {
            var ending = lines[room.Line - 1].EndsWith('\r') ? "\r" : "";
            lines[room.Line - 1] = WithPorts(room, [.. room.Ports, Text(port.Port)]) + ending;
        }
        else
        {
            var last = candidates[^1];
            lines.Insert(last.Line, WithPorts(last, [Text(port.Port)]));
        }
        return new(Path, string.Join('\n', lines), _origin);
    }

    /// <summary>The change of the file that makes it say what this says: tested by iptables-restore before the file is replaced.</summary>
    /// <param name="load">True to make netfilter-persistent load the rules.</param>
    public SystemChange ToChange(bool load = true) => ToChange(load, HostPrograms.Usual);

    internal SystemChange ToChange(bool load, HostPrograms programs) => new("firewall", [FileChange.Content(Path, Encoding.Latin1.GetBytes(_text), _origin)])
    {
        CheckBefore = token => Test(programs, token),
        Activate = load ? token => Load(programs, token) : null,
    };

    /// <summary>Lets iptables-restore judge the rules, without loading them.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationFailedException">It does not accept them, or cannot be run.</exception>
    public void Test(CancellationToken cancellationToken = default) => Test(HostPrograms.Usual, cancellationToken);

    private void Test(HostPrograms programs, CancellationToken cancellationToken)
    {
        var result = programs.Run("iptables-restore", ["--test"], Timeout, "Install iptables; without it nobody can say whether the rules are right, and nothing is changed",
            "Nothing was changed; another program may hold the lock of the tables ('fuser /run/xtables.lock')", Encoding.Latin1.GetBytes(_text), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new OperationFailedException(ErrorIds.FirewallRulesRefused, Path, null, $"iptables-restore does not accept the rules: {result.Said}", result.Error.Contains("must be root", StringComparison.Ordinal) || result.Error.Contains("Permission denied", StringComparison.Ordinal) ? "Run this as root" : "Nothing was changed; correct the line it names");
        }
    }

    /// <summary>The file's text.</summary>
    public override string ToString() => _text;

    private static void Load(HostPrograms programs, CancellationToken cancellationToken) => ServiceControl.Run(programs, ["restart", "netfilter-persistent.service"], "netfilter-persistent.service", Timeout, cancellationToken);

    private List<FirewallRule> Candidates(FirewallPort port) =>
    [
        .. Rules.Where(rule => rule.Table == "filter" && rule.Chain == port.Chain && rule.Protocol == port.Protocol && rule.Target == "ACCEPT" && !rule.IsSpecial
            && rule.Ports.Count > 0 && rule.InInterface == (port.InInterface ?? "") && rule.OutInterface == (port.OutInterface ?? "")),
    ];

    private static string WithPorts(FirewallRule rule, IReadOnlyList<string> ports)
    {
        var sorted = string.Join(',', ports.OrderBy(First).Distinct());
        var (start, _, end) = rule.PortsAt;
        var option = rule.Text[start..rule.PortsAt.ValueStart].TrimEnd();
        var isMulti = option.EndsWith('s');
        var written = isMulti ? $"{option} {sorted}" : ports.Count == 1 ? $"{option} {sorted}" : $"-m multiport --dports {sorted}";
        return rule.Text[..start] + written + rule.Text[end..];
    }

    private static int Places(IReadOnlyList<string> ports) => ports.Sum(port => port.Contains(':', StringComparison.Ordinal) ? 2 : 1);

    private static bool Covers(string ports, int port)
    {
        var ends = ports.Split(':');
        var (first, last) = (Number(ends[0], 0), Number(ends[^1], 65535));
        return first >= 0 && last >= 0 && port >= first && port <= last;
    }

    private static int First(string ports) => Number(ports.Split(':')[0], 0) is >= 0 and var number ? number : int.MaxValue;

    /// <summary>A port's number; a name is looked up in /etc/services, and -1 stands for one that is not there.</summary>
    private static int Number(string text, int whenEmpty)
    {
        if (text.Length == 0)
        {
            return whenEmpty;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }
        try
        {
            return Encoding.UTF8.GetString(SystemFile.Read("/etc/services")).Split('\n').Select(line => line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words.Length >= 2 && (words[0] == text || words.Skip(2).Contains(text)))
                .Select(words => int.TryParse(words[1].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : -1)
                .FirstOrDefault(-1);
        }
        catch (XenKubeException)
        {
            return -1;
        }
    }

    private static string Suggestion(FirewallPort port) =>
        $"-A {port.Chain}{(port.InInterface is null ? "" : $" -i {port.InInterface}")}{(port.OutInterface is null ? "" : $" -o {port.OutInterface}")} -p {port.Protocol} -m {port.Protocol} --dport {Text(port.Port)} -j ACCEPT";

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
