namespace XenKube.Firewall.Nftables;

/// <summary>Reads the statements of nft(8) that give packets another address: dnat, snat, masquerade, redirect, tproxy.</summary>
/// <param name="words">The rule's tokens.</param>
/// <param name="rule">The parts of the rule so far.</param>
/// <param name="keys">Reads the fields that a map looks at.</param>
/// <param name="match">Makes conditions.</param>
/// <param name="services">Names of ports.</param>
/// <param name="readMap">Reads a map in braces or by its name.</param>
internal sealed class NftNatReader(NftWords words, NftRuleParts rule, NftKeys keys, NftMatch match, ServiceNames services,
    Func<NftElements?> readMap)
{
    /// <summary>Reads a statement after its first word.</summary>
    /// <param name="kind">The first word.</param>
    public void Read(string kind)
    {
        var start = words.At - 1;
        foreach (var word in new[] { "ip", "ip6", "inet" })
        {
            words.Take(word);
        }
        var hasTo = words.Take("to");
        if (kind is "snat" or "masquerade")
        {
            words.SkipAll();
            rule.End(kind, new RuleAction.Accept());
        }
        else if (kind == "redirect" && !hasTo)
        {
            rule.End(kind, new RuleAction.Translate(null, null, ToDom0: true));
        }
        else if (kind == "redirect" && Destination() is { Address: null } place)
        {
            rule.End(kind, new RuleAction.Translate(null, place.Port, ToDom0: true));
        }
        else if (kind == "dnat" && hasTo && words.Now is { } now && NftKeys.Begins(now))
        {
            ReadMap(start);
        }
        else if (kind == "dnat" && hasTo && Destination() is { } to)
        {
            rule.End(kind, to);
        }
        else
        {
            words.SkipAll();
            rule.End(kind, new RuleAction.NotUnderstood(words.TextFrom(start)));
        }
    }

    /// <summary><c>ADDRESS</c>, <c>ADDRESS:PORT</c>, <c>:PORT</c>, <c>[ADDRESS]:PORT</c>.</summary>
    private RuleAction.Translate? Destination()
    {
        var text = "";
        while (words.Now is { } now && !NftStatements.Begins(now.Text) && now.Text is not ("random" or "persistent" or "fully-random"))
        {
            text += words.Next();
        }
        return NftStatements.DestinationOf(text, services);
    }

    /// <summary><c>dnat to tcp dport map { 8022 : 192.168.100.254 . 22 }</c>: a rule for each element.</summary>
    private void ReadMap(int start)
    {
        var fields = words.Keys(keys);
        var map = words.Take("map") ? readMap() : null;
        words.SkipAll();
        var choices = map?.Items.Select(item => (Test: match.Of(fields, item), Action: (RuleAction?)NftStatements.DestinationOf(
            item.Data.Replace(" . ", ":", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), services),
            Key: item.Parts[0])).ToList();
        if (choices is null || choices.Exists(choice => choice.Action is null) || map!.IsDynamic)
        {
            rule.End("dnat", new RuleAction.NotUnderstood(words.TextFrom(start)));
            return;
        }
        rule.AddNeeds(fields);
        rule.Choose(fields, choices.Select(choice => (choice.Test, choice.Action!, choice.Key)));
        rule.End("dnat", new RuleAction.Continue());
    }
}
