namespace XenKube.Firewall.Nftables;

/// <summary>Where a chain is written, for edits.</summary>
/// <param name="Source">The file.</param>
/// <param name="Opening">The place after the brace that opens the chain; -1 for a chain that commands make.</param>
/// <param name="Closing">The place of the brace that closes the chain; after its last command for a chain that commands make.</param>
internal sealed record NftChainPlace(NftSource Source, int Opening, int Closing);

/// <summary>Where a rule is written, for edits.</summary>
/// <param name="Source">The file.</param>
/// <param name="Start">Where the statement begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Command">How a command begins that writes another rule beside it; null for a rule in the block of a chain.</param>
internal sealed record NftRulePlace(NftSource Source, int Start, int End, string? Command);
