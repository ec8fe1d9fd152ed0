namespace XenKube.Firewall.Nftables;

/// <summary>The parts of a rule of nft.</summary>
internal sealed record NftFields : RuleFields
{
    /// <summary>The same with what a match asks for.</summary>
    public NftFields With(NftKey key, string sign, string value)
    {
        var not = sign is "!=" ? $"! {value}" : value;
        var words = key.Text.Split(' ');
        var fields = words is ["tcp" or "udp", ..] ? this with { Protocol = words[0] } : this;
        return key.Text switch
        {
            "iif" or "iifname" or "meta iif" or "meta iifname" => fields with { InInterface = not },
            "oif" or "oifname" or "meta oif" or "meta oifname" => fields with { OutInterface = not },
            "ip saddr" or "ip6 saddr" => fields with { Source = not },
            "ip daddr" or "ip6 daddr" => fields with { Destination = not },
            "meta l4proto" or "ip protocol" => fields with { Protocol = not },
            "tcp dport" or "udp dport" or "th dport" => fields with { Ports = [.. value.Split(',', StringSplitOptions.TrimEntries)
                .Select(port => (sign is "!=" ? "! " : sign is "==" ? "" : sign) + port.Replace('-', ':'))] },
            _ => fields,
        };
    }
}
