using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>The file of functions that a cluster may bring along, taken over by who enters the cluster.</summary>
/// <param name="Path">The file.</param>
/// <param name="Text">The text of the file as it was checked, which is the text to run; null where the file is not trusted.</param>
/// <param name="Distrust">Why it must not be run: somebody else could have written it; null where it may.</param>
public sealed record ClusterFunctions(string Path, string? Text, string? Distrust)
{
    /// <summary>Name of the file in the cluster's directory.</summary>
    public const string FileName = "functions.ps1";

    private const int LargestFile = 16 << 20;

    private static readonly FileReadErrors Errors = FileReadErrors.Usual with { Noun = "file of functions" };

    /// <summary>Looks for a cluster's functions.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <returns>The file, trusted or not; null where there is none.</returns>
    /// <exception cref="OperationFailedException">It cannot be read.</exception>
    /// <exception cref="InvalidInputException">It is not a regular file.</exception>
    public static ClusterFunctions? Find(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var path = System.IO.Path.Combine(cluster.Path, FileName);
        try
        {
            // A link is followed: what counts is who may write the file that would run, and every directory and link on the way to it.
            using var place = PathWalk.TryFind(path, LinkRule.Any);
            using var file = place?.TryOpen();
            if (place is null || file is null)
            {
                return null;
            }
            return (place.Distrust ?? FileTrust.Distrust(place.FullName, FileStatus.Read(file))) is { } distrust
                ? new ClusterFunctions(path, null, distrust)
                : new ClusterFunctions(path, Decode(WholeFile.Read(file, path, LargestFile, Errors)), null);
        }
        catch (NotRegularFileException e)
        {
            throw new InvalidInputException(Errors.Invalid, path, null, e.Message);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(Errors.NotReadable, path, null, e.Message, innerException: e);
        }
    }

    // As PowerShell reads a script: UTF-8, unless a byte order mark says otherwise.
    private static string Decode(byte[] bytes)
    {
        using var reader = new StreamReader(new MemoryStream(bytes));
        return reader.ReadToEnd();
    }
}
