using XenKube.Networks;

namespace XenKube.Firewall;

/// <summary>All rules that are loaded together: chains and the places at which the kernel asks them.</summary>
internal sealed class Ruleset
{
    private readonly Dictionary<(string Table, string Name), Chain> _chains = [];

    /// <summary>The chains in the order of the file.</summary>
    public IReadOnlyCollection<Chain> Chains => _chains.Values;

    /// <summary>The names of interfaces that rules mention, without those that stand for several.</summary>
    public SortedSet<string> Interfaces { get; } = new(StringComparer.Ordinal);

    /// <summary>Ports at which an answer of a rule may change.</summary>
    public SortedSet<int> PortEdges { get; } = [];

    public Chain? Find(string table, string name) => _chains.GetValueOrDefault((table, name));

    /// <summary>The chain of that name, which is made where it is missing.</summary>
    public Chain Get(string table, string name)
    {
        if (!_chains.TryGetValue((table, name), out var chain))
        {
            _chains[(table, name)] = chain = new Chain(table, name);
        }
        return chain;
    }

    public void Remove(Chain chain) => _chains.Remove((chain.Table, chain.Name));

    /// <summary>Removes a table with all of its chains.</summary>
    public void RemoveTable(string table)
    {
        foreach (var chain in _chains.Values.Where(chain => chain.Table == table).ToList())
        {
            Remove(chain);
        }
    }

    /// <summary>The base chains of a place, in the order in which the kernel asks them.</summary>
    public IEnumerable<Chain> BaseChains(Hook hook, bool isIPv6) =>
        _chains.Values.Where(chain => chain.Hook == hook && (isIPv6 ? chain.SeesIPv6 : chain.SeesIPv4)).OrderBy(chain => chain.Priority);

    public void AddEdges(IEnumerable<PortRange> ranges)
    {
        foreach (var range in ranges)
        {
            PortEdges.Add(range.First);
            PortEdges.Add(range.Last + 1);
        }
    }

    /// <summary>A range of ports in parts that no rule tells apart.</summary>
    public IEnumerable<PortRange> Split(PortRange ports)
    {
        var first = ports.First;
        foreach (var edge in PortEdges.Where(edge => edge > ports.First && edge <= ports.Last))
        {
            yield return new PortRange(first, edge - 1);
            first = edge;
        }
        yield return new PortRange(first, ports.Last);
    }
}
