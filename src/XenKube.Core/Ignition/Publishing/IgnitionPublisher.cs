using System.Text;
using XenKube.Files;
using XenKube.Ignition.Comparing;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Publishing;

/// <summary>
/// Puts configs where the guests fetch them: <c>$XENDIR/nginx/CLUSTER/NODE.json</c>. A file is replaced in one step, so a guest
/// reads the old or the new config and never half of one. The mode is 0644, since the web server reads it as another user. A
/// config with secrets in it is for its owner and the web server's group alone, and so is its directory.
/// </summary>
public static class IgnitionPublisher
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private const UnixFileMode Open = Private | UnixFileMode.OtherRead;

    /// <summary>Publishes a config.</summary>
    /// <param name="config">The config; a failed one is refused and what is published stays as it is.</param>
    /// <param name="path">The file to be served. Its directory is made where it is missing.</param>
    /// <param name="readers">The number of the group that serves a config with secrets; null if only its owner may read it.</param>
    /// <returns>What is served now.</returns>
    /// <exception cref="InvalidInputException">The config failed.</exception>
    public static PublishedIgnition Publish(IgnitionConfig config, string path, uint? readers = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ConfigFailure.Refuse(config);
        var bytes = Encoding.UTF8.GetBytes(config.Json);
        var isThere = ReadPublished(path) is { } old && old.AsSpan().SequenceEqual(bytes);
        var isSecret = ConfigSecrets.Find(bytes).Count > 0;
        if (isThere && !(isSecret && PrivateFile.IsOpen(path)))
        {
            MarkPublished(path);
        }
        else
        {
            var directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
            MakeDirectory(directory);
            if (isSecret)
            {
                // The directory first: nobody else then sees the file while it is written.
                PrivateFile.Close(directory, readers);
            }
            var mode = !isSecret ? Open : readers is null ? PrivateFile.OwnerOnly : Private;
            AtomicFile.WriteFor(path, bytes, mode, isSecret ? readers : null);
        }
        return new PublishedIgnition(path, config.Digest, bytes.Length, !isThere);
    }

    /// <summary>Takes a published config away.</summary>
    /// <param name="path">The served file.</param>
    /// <returns>Whether it was there.</returns>
    public static bool Unpublish(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return HostFile.Remove(path);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotRemoved, path, null, SystemError.Describe(e, path), innerException: e);
        }
    }

    /// <summary>The config that is served, or null where nothing is served.</summary>
    /// <param name="path">The served file.</param>
    /// <returns>The bytes.</returns>
    public static byte[]? Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return WholeFile.TryRead(path, regularOnly: true);
    }

    /// <summary>
    /// Shows that the published file is the current result of the config, for programs that compare the times of the files.
    /// </summary>
    private static void MarkPublished(string path)
    {
        try
        {
            HostFile.Touch(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file of another user; its content is right.
        }
    }

    /// <summary>The published bytes, for the comparison: a file that cannot be read is replaced all the same.</summary>
    private static byte[]? ReadPublished(string path)
    {
        try
        {
            return Read(path);
        }
        catch (XenKubeException)
        {
            return null;
        }
    }

    private static void MakeDirectory(string directory)
    {
        try
        {
            HostFile.MakeDirectory(directory);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(
                ErrorIds.DirectoryNotMade, directory, null, SystemError.Describe(e, directory), innerException: e);
        }
    }
}
