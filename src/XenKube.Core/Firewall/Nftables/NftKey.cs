namespace XenKube.Firewall.Nftables;

/// <summary>What a match of nft looks at: a field of the packet, its interface, its state.</summary>
/// <param name="Text">The words of the rule.</param>
/// <param name="Fits">Whether the packet has a value, range or prefix; several with a comma between them are not given to it.</param>
internal sealed record NftKey(string Text, Func<Packet, string, Answer> Fits)
{
    /// <summary>What a packet must be to have the field at all; empty for a field that each packet has.</summary>
    public IReadOnlyList<Condition> Needs { get; init; } = [];

    /// <summary>The value as a number; null where the key has none, or it is not known.</summary>
    public Func<Packet, uint?>? Number { get; init; }

    /// <summary>The numbers of named values; null for a key without names.</summary>
    public IReadOnlyDictionary<string, uint>? Names { get; init; }

    /// <summary>True for bits, of which a match without operator asks for any.</summary>
    public bool IsFlags { get; init; }

    /// <summary>True for ports.</summary>
    public bool IsPort { get; init; }

    /// <summary>True for names of interfaces.</summary>
    public bool IsInterface { get; init; }

    /// <summary>A key that nobody can judge from the rules alone.</summary>
    public static NftKey NotUnderstood(string text) => new(text, (_, _) => Answer.Unknown);

    /// <summary>The number of a value: a name of the key or a number.</summary>
    public uint? NumberOf(string text) =>
        Names is not null && Names.TryGetValue(text, out var named) ? named
        : ServiceNames.NumberOf(text) is { } number and >= 0 and <= uint.MaxValue ? (uint)number : null;
}
