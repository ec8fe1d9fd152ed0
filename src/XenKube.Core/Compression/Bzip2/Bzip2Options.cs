using System.Security.Cryptography;

namespace XenKube.Compression.Bzip2;

/// <summary>How a file is decoded.</summary>
public sealed record Bzip2Options
{
    /// <summary>Workers; 0 takes one for each processor that this process may use. Memory is about 14 MB for each.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Is given every byte of the compressed input, once and in order, to the last one. So a digest can be compared with that
    /// of the file whose signature was verified, though the file was opened twice.
    /// </summary>
    public IncrementalHash? Hash { get; init; }

    /// <summary>Is called now and then with the number of compressed bytes that were decoded; by one thread at a time.</summary>
    public Action<long>? Progress { get; init; }
}
