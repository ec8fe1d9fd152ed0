using System.Text;
using XenKube.Files;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Publishing;

/// <summary>
/// Puts configs where the guests fetch them: <c>$XENDIR/nginx/CLUSTER/NODE.json</c>. A file is replaced in one step, so a guest
/// reads the old or the new config and never half of one. The mode is 0644, since the web server reads it under another name:
/// anybody who reaches the server can read it too, and so a config is not a place for a secret that guests of other clusters must not know.
/// </summary>
public static class IgnitionPublisher
{
    /// <summary>Publishes a config.</summary>
    /// <param name="config">The config; a failed one is refused and what is published stays as it is.</param>
    /// <param name="path">The file to be served. Its directory is made where it is missing.</param>
    /// <returns>What is served now.</returns>
    /// <exception cref="InvalidInputException">The config failed.</exception>
    public static PublishedIgnition Publish(IgnitionConfig config, string path)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ConfigFailure.Refuse(config);
        var bytes = Encoding.UTF8.GetBytes(config.Json);
        var isThere = Read(path) is { } old && old.AsSpan().SequenceEqual(bytes);
        if (isThere)
        {
            MarkPublished(path);
        }
        else
        {
            MakeDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            AtomicFile.Write(
                path, bytes, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
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

    /// <summary>Shows that the published file is the current result of the config, for programs that compare the times of the files.</summary>
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
