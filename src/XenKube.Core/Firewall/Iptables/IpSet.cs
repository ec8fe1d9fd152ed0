using XenKube.Networks;

namespace XenKube.Firewall.Iptables;

/// <summary>A set of ipset(8), as <c>ipset save</c> writes it.</summary>
internal sealed class IpSet
{
    private readonly string[] _kinds;
    private readonly List<(string[] Parts, bool IsException)> _elements = [];

    private IpSet(string type) => _kinds = type.Split(':')[^1].Split(',');

    /// <summary>Reads the output of <c>ipset save</c>.</summary>
    /// <param name="text">The output.</param>
    public static IReadOnlyDictionary<string, IpSet> Parse(string text)
    {
        var sets = new Dictionary<string, IpSet>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            switch (line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            {
                case ["create" or "-N" or "n", var name, var type, ..]:
                    sets[name] = new IpSet(type);
                    break;
                case ["add" or "-A", var name, var element, .. var options] when sets.TryGetValue(name, out var set):
                    set._elements.Add((element.Split(','), options.Contains("nomatch")));
                    break;
                default:
                    break;
            }
        }
        return sets;
    }

    /// <summary>Whether a packet is in the set.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="directions"><c>src</c> or <c>dst</c> for each part of an element.</param>
    /// <param name="services">Names of ports.</param>
    public Answer Test(Packet packet, IReadOnlyList<string> directions, ServiceNames services)
    {
        if (directions.Count < _kinds.Length)
        {
            return Answer.Unknown;
        }
        Answer Fits((string[] Parts, bool IsException) element) =>
            element.Parts.Length != _kinds.Length ? Answer.Unknown
            : Answers.All(element.Parts.Select((part, i) => TestPart(packet, _kinds[i], part, directions[i] == "src", services)));
        var excepted = Answers.Any(_elements.Where(element => element.IsException).Select(Fits));
        return Answers.All([excepted.Not(), Answers.Any(_elements.Where(element => !element.IsException).Select(Fits))]);
    }

    private static Answer TestPart(Packet packet, string kind, string text, bool isSource, ServiceNames services)
    {
        switch (kind)
        {
            case "ip" or "net":
                return AddressSpec.Parse(text).Test(isSource ? packet.Source : packet.Destination);
            case "port":
                var (protocol, ports) = text.Split(':') is [var name, var rest] ? (name, rest) : ("tcp", text);
                return !protocol.Equals(packet.Protocol, StringComparison.OrdinalIgnoreCase)
                    && text.Contains(':', StringComparison.Ordinal) ? Answer.No
                    : services.Parse(ports, '-') is { } range ? Packet.In(isSource ? packet.SourcePort : packet.DestinationPort, [range])
                    : Answer.Unknown;
            case "mac":
                return !isSource || packet.SourceMac is not { } mac
                    ? Answer.Unknown : Answers.Of(MacAddress.TryParse(text, out var wanted) && wanted == mac);
            default:
                return Answer.Unknown;
        }
    }

    /// <summary>Ports at which the answer may change.</summary>
    public IEnumerable<PortRange> Ports(ServiceNames services) =>
        _elements.SelectMany(element => element.Parts.Where((_, i) => i < _kinds.Length && _kinds[i] == "port"))
            .Select(part => services.Parse(part.Split(':')[^1], '-')).OfType<PortRange>();
}
