namespace XenKube.Firewall.Nftables;

/// <summary>What a token of nft is.</summary>
internal enum NftTokenKind
{
    /// <summary>A keyword, name, number or address.</summary>
    Word,

    /// <summary>A text in quotes.</summary>
    Quoted,

    /// <summary>A brace, comma, semicolon or operator.</summary>
    Sign,

    /// <summary>The end of a line.</summary>
    Newline,
}
