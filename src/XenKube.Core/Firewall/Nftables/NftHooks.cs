using System.Globalization;

namespace XenKube.Firewall.Nftables;

/// <summary>Where a base chain is asked: <c>type filter hook input priority filter - 1;</c>.</summary>
internal static class NftHooks
{
    // nft(8), "Standard priority names": for IP and inet, and for bridge.
    private static readonly Dictionary<string, (int Usual, int Bridge)> Names = new(StringComparer.Ordinal)
    {
        ["raw"] = (-300, -300), ["mangle"] = (-150, -150), ["dstnat"] = (-100, -300), ["filter"] = (0, -200), ["security"] = (50, 50),
        ["srcnat"] = (100, 300), ["out"] = (100, 100),
    };

    /// <summary>The hook of that name; null for one that the packets here do not come to.</summary>
    public static Hook? Find(string family, string name) => (family, name) switch
    {
        // Frames pass the bridge's hooks before the packet comes to those of IP.
        ("bridge", "prerouting" or "input") or ("netdev" or "inet", "ingress") => Hook.Ingress,
        ("ip" or "ip6" or "inet", "prerouting") => Hook.Prerouting,
        ("ip" or "ip6" or "inet", "input") => Hook.Input,
        ("ip" or "ip6" or "inet", "forward") => Hook.Forward,
        ("ip" or "ip6" or "inet", "output") => Hook.Output,
        ("ip" or "ip6" or "inet", "postrouting") => Hook.Postrouting,
        _ => null,
    };

    /// <summary>A priority: a number, a name, or a name with a number added or taken.</summary>
    public static int Priority(string family, string text)
    {
        var compact = text.Replace(" ", "", StringComparison.Ordinal);
        var name = new string([.. compact.TakeWhile(char.IsAsciiLetter)]);
        var offset = int.TryParse(compact.AsSpan(name.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var number) ? number : 0;
        var named = Names.GetValueOrDefault(name);
        return (family == "bridge" ? named.Bridge : named.Usual) + offset;
    }

    /// <summary>Reads where a chain is asked.</summary>
    public static void Read(Chain chain, string family, List<NftToken> words)
    {
        string After(string word) => words.FindIndex(token => token.Is(word)) is var at and >= 0 && at + 1 < words.Count
            ? words[at + 1].Text : "";
        var hook = Find(family, After("hook"));
        chain.Hook = hook;
        chain.IsNat = After("type") == "nat";
        var place = words.FindIndex(token => token.Is("priority"));
        chain.Priority = place < 0 ? 0 : Priority(family, string.Concat(words.Skip(place + 1).TakeWhile(token => !token.IsEnd)
            .Select(token => token.Text)));
        if (family is "netdev" or "inet" && hook == Hook.Ingress)
        {
            string[] devices = [.. words.SkipWhile(token => !token.Is("device") && !token.Is("devices")).Skip(1)
                .TakeWhile(token => !token.Is("priority")).Where(token => token.Kind != NftTokenKind.Sign).Select(token => token.Text)];
            chain.Sees = packet => devices.Contains(packet.InInterface);
        }
        else if (family == "bridge")
        {
            chain.Sees = packet => packet.IsFromBridge;
        }
    }
}
