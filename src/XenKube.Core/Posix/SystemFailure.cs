namespace XenKube.Posix;

/// <summary>The exception for the reason why the last system call failed, of the kind that .NET itself throws for that reason.</summary>
internal static class SystemFailure
{
    /// <summary>
    /// The exception for <see cref="Libc.LastError"/>. Its message is the reason alone: the error that is made of it names the file.
    /// </summary>
    /// <param name="path">The file, which the exception knows beside its message.</param>
    public static Exception Last(string path) => Of(Libc.LastError, Libc.LastErrorText, path);

    /// <summary>True if a write failed for lack of room: a full disk, a quota, or a limit of the size of files.</summary>
    public static bool IsLackOfRoom(Exception failure) => AdviceFor(failure) is not null;

    /// <summary>What to do where a write failed for lack of room; null for all other failures.</summary>
    public static string? AdviceFor(Exception failure) => failure switch
    {
        IOException when (Errno)(failure.HResult & 0xFFFF) is Errno.NoSpace or Errno.QuotaExceeded => "Make room and try again",
        _ when failure.IsTooLarge() || (failure is IOException && (Errno)(failure.HResult & 0xFFFF) == Errno.FileTooLarge) =>
            "Raise the limit of the size of files (ulimit -f unlimited, or LimitFSIZE= of the service), then try again",
        _ => null,
    };

    private static Exception Of(Errno error, string text, string path) => error switch
    {
        Errno.NoEntry => new FileNotFoundException(text, path),
        Errno.NotADirectory => new DirectoryNotFoundException(text),
        Errno.PermissionDenied or Errno.NotPermitted => new UnauthorizedAccessException(text),
        Errno.NameTooLong => new PathTooLongException(text),
        _ => new IOException(text, (int)error),
    };
}
