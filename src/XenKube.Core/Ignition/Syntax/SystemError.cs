namespace XenKube.Ignition.Syntax;

/// <summary>An error of the operating system in the words of Linux, as the reference tools print it.</summary>
/// <remarks>Held against syscall of Go 1.19 on Linux.</remarks>
internal static class SystemError
{
    /// <summary>Describes the failure of a call on a path.</summary>
    public static string Describe(Exception exception, string path) => exception switch
    {
        _ when IsLinkLoop(exception) => "too many levels of symbolic links",
        _ when HasFileAsFolder(path) => "not a directory",
        FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
        UnauthorizedAccessException when Directory.Exists(path) => "is a directory",
        UnauthorizedAccessException => "permission denied",
        PathTooLongException => "file name too long",
        ArgumentException => "invalid argument",
        _ => exception.Message,
    };

    private static bool IsLinkLoop(Exception exception) =>
        exception.HResult == 40 || exception.Message.Contains("symbolic links", StringComparison.Ordinal);

    private static bool HasFileAsFolder(string path)
    {
        try
        {
            for (var folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(folder))
                {
                    return true;
                }
            }
        }
        catch (ArgumentException)
        {
            // A path that holds a NUL names nothing.
        }
        return false;
    }
}
