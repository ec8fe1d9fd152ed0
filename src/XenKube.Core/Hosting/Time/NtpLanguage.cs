using System.Globalization;
using System.Net;
using XenKube.Files;

namespace XenKube.Hosting.Time;

/// <summary>ntp.conf(5), of ntp and of NTPsec.</summary>
/// <param name="hasBroadcasts">False for NTPsec, which sends no time by itself.</param>
internal sealed class NtpLanguage(bool hasBroadcasts) : TimeLanguage
{
    /// <inheritdoc/>
    public override string[] Words(string line) => line.Split('#')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public override IEnumerable<string> Included(string[] words, string from, HostTree tree)
    {
        if (words is not ["includefile", var named, ..])
        {
            return [];
        }
        var path = Path.Combine(Path.GetDirectoryName(from) ?? "/", named.Trim('"'));
        return Directory.Exists(tree.At(path)) ? Folder(path, tree) : [path];
    }

    /// <summary>
    /// restrict, where the flags of one network add up and the smallest network decides; without any, everybody is answered.
    /// </summary>
    /// <inheritdoc/>
    public override TimeAnswer Answer(IReadOnlyList<TimeDirective> lines, ServedNetwork network)
    {
        var flags = new Dictionary<(uint First, int Length), HashSet<string>>();
        var table = new AccessTable();
        foreach (var line in lines.Where(line => line.Name is "restrict" or "unrestrict"))
        {
            if (Restricted(line) is not var (named, words))
            {
                continue;
            }
            if (!flags.TryGetValue(named, out var known))
            {
                flags[named] = known = [];
            }
            if (line.Name == "restrict")
            {
                known.UnionWith(words);
            }
            else
            {
                known.ExceptWith(words);
            }
            // A guest that asks has no key, and does not ask from port 123.
            table.Set(named, !known.Overlaps(["ignore", "noserve", "notrust"]) || known.Contains("ntpport"), line);
        }
        var (isOpen, source) = table.Of(network.Block, otherwise: true);
        var obstacle = Interface(lines, network.Dom0, network.Bridge) ?? table.ClosedWithin(network.Block)
            ?? (!isOpen && source is not null && Restricted(source)?.Network == network.Block ? source : null);
        var broadcasts = !hasBroadcasts || lines.Any(line => line.Name == "broadcast" && line.Argument == network.Broadcast.ToString());
        return new(isOpen && obstacle is null, broadcasts, obstacle);
    }

    private static ((uint First, int Length) Network, IEnumerable<string> Flags)? Restricted(TimeDirective line)
    {
        var words = line.Words.Skip(1).Where(word => word != "-4").ToList();
        if (words.Count == 0 || words[0] == "-6")
        {
            return null;
        }
        if (words[0] == "default")
        {
            return ((0, 0), words.Skip(1));
        }
        return words is [var address, "mask", var mask, ..]
            ? AccessTable.Parse(address, mask) is { } masked ? (masked, words.Skip(3)) : null
            : AccessTable.Parse(words[0], @short: false) is { } named ? (named, words.Skip(1)) : null;
    }

    /// <summary>The line that keeps ntpd from listening on the bridge, ntp.conf(5) interface; the last one that fits decides.</summary>
    private static TimeDirective? Interface(IReadOnlyList<TimeDirective> lines, IPAddress address, string bridge)
    {
        bool Fits(string name) => name is "all" or "ipv4" || name == bridge || name == address.ToString()
            || (AccessTable.Parse(name, @short: false) is { } network && network.Length < 32
                && new AccessTableEntry(network).Contains(address));
        return lines.LastOrDefault(line => line.Name is "interface" or "nic" && line.Words.Count > 2 && Fits(line.Words[2])) is { } line
            && line.Argument is "ignore" or "drop" ? line : null;
    }

    private readonly record struct AccessTableEntry((uint First, int Length) Network)
    {
        public bool Contains(IPAddress address) => AccessTable.Parse(string.Create(CultureInfo.InvariantCulture,
            $"{address}/{Network.Length}"), @short: false) == Network;
    }
}
