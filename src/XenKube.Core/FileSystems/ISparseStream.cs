namespace XenKube.FileSystems;

/// <summary>A stream that knows where its holes are: ranges that nobody has written, and that read as zeros.</summary>
internal interface ISparseStream
{
    /// <summary>The first place at or after an offset that is not in a hole; the length of the file where there is none.</summary>
    long NextData(long offset);

    /// <summary>The first place at or after an offset that is in a hole; the length of the file where there is none.</summary>
    long NextHole(long offset);
}
