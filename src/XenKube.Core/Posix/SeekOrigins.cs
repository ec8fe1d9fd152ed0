namespace XenKube.Posix;

/// <summary>Where lseek(2) goes.</summary>
internal enum SeekOrigins
{
    /// <summary>SEEK_END: to the end, which of a block device too is its length.</summary>
    End = 2,

    /// <summary>SEEK_DATA: to the next byte that is not in a hole.</summary>
    Data = 3,

    /// <summary>SEEK_HOLE: to the next hole; the end of the file is one.</summary>
    Hole = 4,
}
