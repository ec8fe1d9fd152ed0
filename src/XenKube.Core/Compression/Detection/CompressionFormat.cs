namespace XenKube.Compression.Detection;

/// <summary>How a file is compressed, as its first bytes say.</summary>
internal enum CompressionFormat
{
    /// <summary>Not compressed, or in a way that is not known here.</summary>
    None,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip,

    /// <summary>bzip2.</summary>
    Bzip2,

    /// <summary>.xz.</summary>
    Xz,

    /// <summary>.lzma, which xz calls <c>lzma alone</c>.</summary>
    Lzma,

    /// <summary>zstd (RFC 8878).</summary>
    Zstandard,

    /// <summary>The legacy frame of lz4, which Linux uses.</summary>
    Lz4Legacy,

    /// <summary>The frame of lz4.</summary>
    Lz4,

    /// <summary>lzop.</summary>
    Lzo,
}
