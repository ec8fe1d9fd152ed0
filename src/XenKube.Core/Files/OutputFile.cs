namespace XenKube.Files;

/// <summary>A file that a user names for the output of a program which writes it in place, as ct and butane do.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Writes it. Where another user could put a link in its place, it is replaced in one step, and no such link is followed.
    /// </summary>
    /// <param name="path">The file, or a pipe or device of this user.</param>
    /// <param name="content">All of its content.</param>
    /// <exception cref="OperationFailedException">A link of another user is in its way, or the file cannot be replaced.</exception>
    /// <exception cref="IOException">It cannot be written. Other errors are those of .NET for files and paths as well.</exception>
    public static void Write(string path, byte[] content)
    {
        if (IsOpenToOthers(path))
        {
            AtomicFile.Write(path, content);
        }
        else
        {
            File.WriteAllBytes(path, content);
        }
    }

    private static bool IsOpenToOthers(string path)
    {
        try
        {
            using var place = PathWalk.TryFind(path);
            return place?.Distrust is not null;
        }
        catch (Exception e) when (e.IsPathTrouble())
        {
            // The write meets the same trouble, and has words for it.
            return false;
        }
    }
}
