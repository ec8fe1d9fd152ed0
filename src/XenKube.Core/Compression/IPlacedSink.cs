namespace XenKube.Compression;

/// <summary>Takes decompressed data at any place, from several threads at once, which never write to the same place.</summary>
internal interface IPlacedSink
{
    /// <summary>True where the sink can do that.</summary>
    bool CanPlace { get; }

    /// <summary>Takes bytes.</summary>
    /// <param name="offset">Where they belong.</param>
    /// <param name="bytes">The bytes; valid only during the call.</param>
    void WriteAt(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>All data was taken.</summary>
    /// <param name="length">The length of the data.</param>
    void EndAt(long length);
}
