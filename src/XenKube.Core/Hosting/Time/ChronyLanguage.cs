using System.IO.Enumeration;
using System.Net;
using XenKube.Files;

namespace XenKube.Hosting.Time;

/// <summary>chrony.conf(5).</summary>
internal sealed class ChronyLanguage : TimeLanguage
{
    /// <summary>Directives in any case, and comments at the beginning of a line alone.</summary>
    /// <inheritdoc/>
    public override string[] Words(string line)
    {
        var words = line.Split([' ', '\t', '\r', '\v', '\f'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0][0] is '!' or ';' or '#' or '%')
        {
            return [];
        }
        words[0] = words[0].ToLowerInvariant();
        return words;
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Included(string[] words, string from, HostTree tree) => words[0] switch
    {
        "include" when words.Length > 1 => Matching(words[1], tree),
        "confdir" => Merged(words[1..], tree),
        _ => [],
    };

    /// <summary>The port, the address that is listened on, allow and deny.</summary>
    /// <inheritdoc/>
    public override TimeAnswer Answer(IReadOnlyList<TimeDirective> lines, ServedNetwork network)
    {
        var table = new AccessTable();
        foreach (var line in lines.Where(line => line.Name is "allow" or "deny"))
        {
            var all = line.Argument == "all";
            var place = line.Words.Count > (all ? 2 : 1) ? line.Words[all ? 2 : 1] : "0/0";
            if (AccessTable.Parse(place, @short: true) is { } named)
            {
                table.Set(named, line.Name == "allow", line, all);
            }
        }
        var (isOpen, source) = table.Of(network.Block, otherwise: false);
        var port = lines.LastOrDefault(line => line.Name == "port");
        var bound = lines.LastOrDefault(line => line.Name == "bindaddress" && IPAddress.TryParse(line.Argument, out var local)
            && local.AddressFamily == network.Dom0.AddressFamily);
        var obstacle = port is not null && port.Argument != "123" ? port
            : bound is not null && bound.Argument != network.Dom0.ToString() && bound.Argument != "0.0.0.0" ? bound
            : table.ClosedWithin(network.Block) ?? (source is { Name: "deny" } && IsOfOwn(source, network.Block) ? source : null);
        return new(isOpen && obstacle is null, lines.Any(line =>
            line.Name == "broadcast" && line.Words.Count > 2 && line.Words[2] == network.Broadcast.ToString()), obstacle);
    }

    /// <summary>A denial of this very network is meant; one of all that is around is what the network is taken out of.</summary>
    private static bool IsOfOwn(TimeDirective line, (uint First, int Length) network) =>
        line.Words.Skip(1).Any(word => AccessTable.Parse(word, @short: true) == network);

    /// <summary>The files that a pattern names, in the order of their names.</summary>
    private static IEnumerable<string> Matching(string pattern, HostTree tree)
    {
        var folder = Path.GetDirectoryName(pattern) ?? "/";
        return pattern.AsSpan().IndexOfAny('*', '?') < 0 ? [pattern]
            : tree.Names(folder).Where(name => name[0] != '.' && FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), name,
                ignoreCase: false)).Select(name => Path.Combine(folder, name));
    }

    /// <summary>The *.conf of all directories in the order of their names; of two of one name, that of the first directory.</summary>
    private static IEnumerable<string> Merged(string[] folders, HostTree tree) => folders
        .SelectMany(folder => Folder(folder, tree)).GroupBy(file => Path.GetFileName(file)!, StringComparer.Ordinal)
        .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.First());
}
