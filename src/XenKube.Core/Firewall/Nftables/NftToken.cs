namespace XenKube.Firewall.Nftables;

/// <summary>A token of a file of nft(8).</summary>
/// <param name="Text">The token; a string without its quotes.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins in the text of the file.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Source">The file.</param>
internal readonly record struct NftToken(string Text, NftTokenKind Kind, int Start, int End, int Line, NftSource Source)
{
    /// <summary>True for the end of a statement: a line's end or a semicolon.</summary>
    public bool IsEnd => Kind == NftTokenKind.Newline || Is(";");

    /// <summary>True for a word or sign that is not quoted.</summary>
    public bool Is(string text) => Kind is NftTokenKind.Word or NftTokenKind.Sign && Text == text;
}
