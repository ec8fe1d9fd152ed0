namespace XenKube.Firewall.Nftables;

/// <summary>The variables of a file: <c>define NAME = …</c> and <c>$NAME</c>.</summary>
internal sealed class NftDefines
{
    // A variable may use others; a chain of definitions may double at each step.
    private const int MaxTokens = 100_000;
    private readonly Dictionary<string, List<NftToken>> _values = new(StringComparer.Ordinal);

    public void Set(string name, IEnumerable<NftToken> value) => _values[name] = Expand(value);

    public void Remove(string name) => _values.Remove(name);

    /// <summary>Puts values in the place of variables; one that is not known stays.</summary>
    public List<NftToken> Expand(IEnumerable<NftToken> tokens)
    {
        var all = new List<NftToken>();
        foreach (var token in tokens)
        {
            if (token.Kind == NftTokenKind.Word && token.Text.StartsWith('$') && _values.TryGetValue(token.Text[1..], out var value)
                && all.Count + value.Count <= MaxTokens)
            {
                all.AddRange(value.Select(part => part with
                    { Start = token.Start, End = token.End, Line = token.Line, Source = token.Source }));
            }
            else
            {
                all.Add(token);
            }
        }
        return all;
    }
}
