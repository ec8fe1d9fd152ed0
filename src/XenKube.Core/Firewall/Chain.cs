namespace XenKube.Firewall;

/// <summary>A chain of rules.</summary>
/// <param name="table">The table it belongs to; jumps stay within one.</param>
/// <param name="name">Its name.</param>
internal sealed class Chain(string table, string name)
{
    public string Table { get; } = table;

    public string Name { get; } = name;

    /// <summary>Where the kernel asks it; null for a chain that only rules jump to.</summary>
    public Hook? Hook { get; set; }

    /// <summary>Lower ones are asked first.</summary>
    public int Priority { get; set; }

    /// <summary>False for a base chain that drops what no rule has decided.</summary>
    public bool Accepts { get; set; } = true;

    /// <summary>The line that says its policy, else that begins it; 0 for none.</summary>
    public int Line { get; set; }

    /// <summary>The line after its last rule, where another one can be written; 0 where the file has no such place.</summary>
    public int EndLine { get; set; }

    /// <summary>True when it is known which packets its family sees: IPv4, IPv6 or both.</summary>
    public bool SeesIPv4 { get; set; } = true;

    public bool SeesIPv6 { get; set; } = true;

    /// <summary>True for a chain that gives connections another destination: asked once for each, not for untracked ones.</summary>
    public bool IsNat { get; set; }

    /// <summary>Which packets come to it; null for all of its place.</summary>
    public Func<Packet, bool>? Sees { get; set; }

    public List<Rule> Rules { get; } = [];

    public override string ToString() => $"{Table} {Name}";
}
