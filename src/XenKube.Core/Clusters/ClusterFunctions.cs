using System.Globalization;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>The file of functions that a cluster may bring along, taken over by who enters the cluster.</summary>
/// <param name="Path">The file.</param>
/// <param name="Distrust">Why it must not be run: somebody else could have written it; null where it may.</param>
public sealed record ClusterFunctions(string Path, string? Distrust)
{
    /// <summary>Name of the file in the cluster's directory.</summary>
    public const string FileName = "functions.ps1";

    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Looks for a cluster's functions.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <returns>The file, trusted or not; null where there is none.</returns>
    public static ClusterFunctions? Find(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var path = System.IO.Path.Combine(cluster.Path, FileName);
        return File.Exists(path) ? new ClusterFunctions(path, FindDistrust(path, Libc.UserId)) : null;
    }

    // A user who may write the file, or put another in its place, runs anything as the person who enters the cluster. A link
    // is followed: what counts is the file that would run.
    internal static string? FindDistrust(string path, uint user)
    {
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        foreach (var place in new[] { target, System.IO.Path.GetDirectoryName(target)!, System.IO.Path.GetDirectoryName(path)! })
        {
            if (FileStatus.Read(place) is not { } status)
            {
                return $"{place} is gone";
            }
            if (status.UserId != 0 && status.UserId != user)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{place} belongs to user {status.UserId}, neither to you nor to root");
            }
            if ((status.Permissions & WritableByOthers) != 0)
            {
                return $"others may write {place} (chmod go-w {place})";
            }
        }
        return null;
    }
}
