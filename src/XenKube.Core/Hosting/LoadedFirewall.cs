using System.Net.NetworkInformation;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>
/// The rules that the kernel has now. A file says what is loaded at the next boot; it may never have been loaded, or somebody may have
/// typed rules since.
/// </summary>
internal sealed class LoadedFirewall
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    // iptables-save shows the tables of iptables; nft shows them too, with matches that only iptables can name.
    private static readonly string[] Tables = ["raw", "mangle", "nat", "filter", "security"];
    private static readonly string[] Chains = ["INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING"];
    private readonly List<(string Program, FirewallRules Rules)> _rules = [];

    private LoadedFirewall()
    {
    }

    /// <summary>Asks the kernel, by iptables-save and nft.</summary>
    /// <param name="options">The host.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The rules; null where there is no bridge that they could be for, or nobody may ask.</returns>
    public static LoadedFirewall? Read(HostOptions options, CancellationToken cancellationToken = default)
    {
        // The files of another root are not those that this kernel has loaded.
        if ((options.SystemRoot != "/" && options.Programs == HostPrograms.Usual)
            || !NetworkInterface.GetAllNetworkInterfaces().Any(item => item.Name == options.Bridge))
        {
            return null;
        }
        var loaded = new LoadedFirewall();
        var save = options.Guests.IsIPv6 ? "ip6tables-save" : "iptables-save";
        var saved = Ask(options.Programs, save, [], cancellationToken);
        if (saved is not null)
        {
            loaded.Add(save, saved, options.Guests.IsIPv6 ? "rules.v6" : "rules.v4");
        }
        if (Ask(options.Programs, "nft", ["list", "ruleset"], cancellationToken) is { } listed)
        {
            loaded.Add("nft list ruleset", saved is null ? listed : WithoutIptables(listed), "nftables.conf");
        }
        return loaded._rules.Count > 0 ? loaded : null;
    }

    /// <summary>What becomes of the packets to a port: each set of rules has to let them pass.</summary>
    /// <param name="port">The port, and for whom.</param>
    /// <param name="network">The guests' network.</param>
    /// <returns>The answer, with the command that shows the rule that decides.</returns>
    public (FirewallVerdict Verdict, string Program) Judge(FirewallPort port, GuestSubnet network) =>
        _rules.Select(one => (Verdict: one.Rules.Judge(port, network), one.Program)).MaxBy(one => one.Verdict.Status switch
        {
            FirewallStatus.Closed => 2,
            FirewallStatus.CannotTell => 1,
            _ => 0,
        });

    /// <summary>The first port that the kernel's rules keep closed; null for none.</summary>
    public (FirewallVerdict Verdict, string Program)? FindClosed(IEnumerable<FirewallPort> ports, GuestSubnet network) =>
        ports.Select(port => Judge(port, network)).Where(one => one.Verdict.Status == FirewallStatus.Closed)
            .Select(one => ((FirewallVerdict, string)?)one).FirstOrDefault();

    private void Add(string program, string text, string format)
    {
        try
        {
            _rules.Add((program, FirewallRules.Parse(text, format)));
        }
        catch (InvalidInputException)
        {
            // A newer program may print what is not known here; the files are judged all the same.
        }
    }

    private static string? Ask(HostPrograms programs, string name, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            var result = programs.Run(name, arguments, Timeout, "", "", cancellationToken: cancellationToken);
            return result.ExitCode == 0 ? result.Output : null;
        }
        catch (OperationFailedException)
        {
            return null;
        }
    }

    /// <summary>The tables that iptables does not show: a block of a table ends with a brace at the beginning of a line.</summary>
    private static string WithoutIptables(string listed)
    {
        var lines = new List<string>();
        var isLeftOut = false;
        foreach (var line in listed.Split('\n'))
        {
            if (line.Split(' ') is ["table", "ip" or "ip6", var name, ..])
            {
                isLeftOut = Tables.Contains(name) && IsOfIptables(listed, line);
            }
            if (!isLeftOut)
            {
                lines.Add(line);
            }
            isLeftOut &= line != "}";
        }
        return string.Join('\n', lines);
    }

    /// <summary>iptables names its base chains in capitals.</summary>
    private static bool IsOfIptables(string listed, string table)
    {
        var start = listed.IndexOf(table, StringComparison.Ordinal);
        var end = listed.IndexOf("\n}", start, StringComparison.Ordinal);
        var block = listed[start..(end < 0 ? listed.Length : end)];
        return block.Split('\n').Any(line => line.StartsWith("\tchain ", StringComparison.Ordinal) && Chains.Contains(line.Split(' ')[1]));
    }
}
