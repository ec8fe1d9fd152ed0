namespace XenKube.Posix;

/// <summary>The exception for the reason why the last system call failed, of the kind that .NET itself throws for that reason.</summary>
internal static class SystemFailure
{
    /// <summary>
    /// The exception for <see cref="Libc.LastError"/>. Its message is the reason alone: the error that is made of it names the file.
    /// </summary>
    /// <param name="path">The file, which the exception knows beside its message.</param>
    public static Exception Last(string path) => Of(Libc.LastError, Libc.LastErrorText, path);

    private static Exception Of(Errno error, string text, string path) => error switch
    {
        Errno.NoEntry => new FileNotFoundException(text, path),
        Errno.NotADirectory => new DirectoryNotFoundException(text),
        Errno.PermissionDenied or Errno.NotPermitted => new UnauthorizedAccessException(text),
        Errno.NameTooLong => new PathTooLongException(text),
        _ => new IOException(text, (int)error),
    };
}
