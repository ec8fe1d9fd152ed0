namespace XenKube;

/// <summary>Which exceptions mean trouble with a file, and so are told to the user, and which are faults of the program.</summary>
public static class FileTrouble
{
    /// <summary>True if the operating system refused to open, read, write, rename or remove a file.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsFileTrouble(this Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>The same, and true as well if the path cannot be one: it is empty, or has a NUL character in it.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsPathTrouble(this Exception exception) => exception.IsFileTrouble() || exception is ArgumentException;

    /// <summary>True if the file, or a directory on the way to it, does not exist.</summary>
    /// <param name="exception">The exception.</param>
    public static bool IsMissingFile(this Exception exception) => exception is FileNotFoundException or DirectoryNotFoundException;
}
