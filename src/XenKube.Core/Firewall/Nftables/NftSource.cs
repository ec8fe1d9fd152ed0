namespace XenKube.Firewall.Nftables;

/// <summary>A file that rules of nft were read from.</summary>
/// <param name="Path">The file.</param>
/// <param name="Text">Its text, a character for each byte.</param>
/// <param name="IsIncluded">True for a file that another one includes.</param>
internal sealed record NftSource(string Path, string Text, bool IsIncluded)
{
    /// <summary>Compares by identity: a file may be included twice.</summary>
    public bool Equals(NftSource? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
