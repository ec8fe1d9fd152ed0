namespace XenKube.Compression.Xz;

/// <summary>A block of a file, found and not decoded.</summary>
/// <param name="Header">Its header, which says both sizes.</param>
/// <param name="Start">Where its compressed data begins in the file.</param>
/// <param name="Offset">Where its data belongs in the decompressed file.</param>
/// <param name="CheckId">The kind of its check.</param>
/// <param name="Check">The check of its data, in hexadecimal.</param>
internal sealed record XzBlock(XzBlockHeader Header, long Start, long Offset, byte CheckId, string Check)
{
    /// <summary>Bytes of the compressed data.</summary>
    public long CompressedSize => Header.CompressedSize ?? 0;

    /// <summary>Bytes of the data.</summary>
    public long Size => Header.UncompressedSize ?? 0;
}
