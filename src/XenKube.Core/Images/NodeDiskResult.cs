using System.Globalization;

namespace XenKube.Images;

/// <summary>What was made.</summary>
/// <param name="Paths">The node disks.</param>
/// <param name="Size">Length of each in bytes, with the additional space.</param>
/// <param name="Written">Bytes that were written to each; the rest is holes.</param>
/// <param name="Cloned">How many of the files share the blocks of another (reflink).</param>
/// <param name="FromCache">True when nothing had to be decompressed.</param>
public sealed record NodeDiskResult(IReadOnlyList<string> Paths, long Size, long Written, int Cloned, bool FromCache)
{
    /// <summary>What was made, for a person.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", Paths)}: {Size:N0} bytes, of which {Written:N0} take room");
}
