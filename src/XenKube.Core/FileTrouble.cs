namespace XenKube;

/// <summary>Which exceptions mean trouble with a file, and so are told to the user, and which are faults of the program.</summary>
public static class FileTrouble
{
    /// <summary>True if the operating system refused to open, read, write, rename or remove a file.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsFileTrouble(this Exception exception) =>
        exception is IOException or UnauthorizedAccessException || exception.IsTooLarge();

    /// <summary>True if the file would be larger than its file system, or a limit of the process, allows.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsTooLarge(this Exception exception) =>
        // .NET makes an argument out of range of EFBIG (errno(3)), wherever the write comes from.
        exception is ArgumentOutOfRangeException { ParamName: "value", ActualValue: null };

    /// <summary>The reason of the operating system in its own words.</summary>
    /// <param name="exception">Trouble with a file.</param>
    public static string FileReason(this Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.IsTooLarge() ? "File too large" : exception.Message;
    }

    /// <summary>The same, and true as well if the path cannot be one: it is empty, or has a NUL character in it.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsPathTrouble(this Exception exception) => exception.IsFileTrouble() || exception is ArgumentException;

    /// <summary>True if the file, or a directory on the way to it, does not exist.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsMissingFile(this Exception exception) => exception is FileNotFoundException or DirectoryNotFoundException;
}
