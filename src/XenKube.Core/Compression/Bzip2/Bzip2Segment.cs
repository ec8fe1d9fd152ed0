namespace XenKube.Compression.Bzip2;

/// <summary>A piece of expanded data.</summary>
/// <param name="Length">Its length in bytes.</param>
/// <param name="RunValue">The byte that all of it is, or -1 for literal bytes.</param>
internal readonly record struct Bzip2Segment(long Length, int RunValue);
