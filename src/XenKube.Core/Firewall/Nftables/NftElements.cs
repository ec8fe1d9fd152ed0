using System.Text.RegularExpressions;

namespace XenKube.Firewall.Nftables;

/// <summary>An element of a set or map.</summary>
/// <param name="Parts">Its values: one, or several of a concatenation. A single <c>*</c> is for all that no other element has.</param>
/// <param name="Data">What a map has for it; empty in a set.</param>
/// <param name="IsLasting">False for an element that is removed after a time.</param>
internal sealed record NftElement(IReadOnlyList<string> Parts, string Data, bool IsLasting);

/// <summary>The elements of a set or map.</summary>
internal sealed partial class NftElements
{
    public List<NftElement> Items { get; } = [];

    /// <summary>True when rules add elements while packets arrive, so that nobody knows them from the file.</summary>
    public bool IsDynamic { get; set; }

    /// <summary>True when the elements have data.</summary>
    public bool IsMap { get; set; }

    /// <summary>Reads elements.</summary>
    /// <param name="tokens">The tokens.</param>
    public void Add(IReadOnlyList<NftToken> tokens)
    {
        // Variables may bring braces of their own, which nft takes away.
        var element = new List<NftToken>();
        foreach (var token in tokens.Where(token => token.Kind != NftTokenKind.Newline && !token.Is("{") && !token.Is("}")))
        {
            if (token.Is(","))
            {
                AddOne(element);
                element = [];
            }
            else
            {
                element.Add(token);
            }
        }
        AddOne(element);
    }

    private void AddOne(List<NftToken> tokens)
    {
        if (tokens.Count == 0)
        {
            return;
        }
        var text = string.Join(' ', tokens.Select(token => token.Text));
        var (key, data) = (text, "");
        if (VerdictData().Match(text) is { Success: true } verdict)
        {
            (key, data) = (text[..verdict.Index], verdict.Groups[1].Value);
        }
        else if (IsMap && Separator(text) is { Length: > 0 } separator)
        {
            var place = text.IndexOf(separator, StringComparison.Ordinal);
            (key, data) = (text[..place], text[(place + separator.Length)..].Trim());
        }
        // timeout, expires, comment, counter: what follows the value.
        var isLasting = !Expiry().IsMatch(key);
        key = Options().Match(key) is { Success: true } options ? key[..options.Index] : key;
        Items.Add(new NftElement([.. Joints().Split(key.Trim()).Select(part => Spaces().Replace(part, "$1").Trim())], data, isLasting));
    }

    /// <summary>What is between a key and its data; addresses of IPv6 and MAC addresses have colons of their own.</summary>
    private static string Separator(string text) =>
        text.Contains(" : ", StringComparison.Ordinal) ? " : " : text.Contains(": ", StringComparison.Ordinal) ? ": "
        : text.Contains(" :", StringComparison.Ordinal) ? " :" : text.Contains(':', StringComparison.Ordinal) ? ":" : "";

    [GeneratedRegex(@"\s*:\s*((accept|drop|continue|return)|((jump|goto)\s+\S+)|(queue\b.*))\s*$", RegexOptions.NonBacktracking)]
    private static partial Regex VerdictData();

    [GeneratedRegex(@"\s(timeout|expires)\s", RegexOptions.NonBacktracking)]
    private static partial Regex Expiry();

    [GeneratedRegex(@"\s(timeout|expires|comment|counter|quota|limit|last)\b", RegexOptions.NonBacktracking)]
    private static partial Regex Options();

    [GeneratedRegex(@"\s+\.\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Joints();

    [GeneratedRegex(@"\s*([-/|])\s*", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();
}
