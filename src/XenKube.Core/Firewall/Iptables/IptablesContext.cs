using XenKube.Networks;

namespace XenKube.Firewall.Iptables;

/// <summary>What conditions of a rule are made with.</summary>
/// <param name="Rules">The rules so far.</param>
/// <param name="Services">Names of ports.</param>
/// <param name="Sets">The contents of a set of ipset(8); null for one that is not known.</param>
/// <param name="Text">The option as the rule has it.</param>
internal sealed record IptablesContext(Ruleset Rules, ServiceNames Services, Func<string, IpSet?> Sets, string Text)
{
    /// <summary>Makes a condition of the option.</summary>
    public Condition That(Func<Packet, Answer> test) => new(Text, test);

    public Condition NotUnderstood => Condition.NotUnderstood(Text);

    /// <summary>Reads ports with commas between them; null when one is not known.</summary>
    public IReadOnlyList<PortRange>? Ports(string text)
    {
        var ports = new List<PortRange>();
        foreach (var part in text.Split(','))
        {
            if (Services.Parse(part) is not { } range)
            {
                return null;
            }
            ports.Add(range);
        }
        Rules.AddEdges(ports);
        return ports;
    }
}
