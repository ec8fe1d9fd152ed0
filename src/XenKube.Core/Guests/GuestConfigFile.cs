namespace XenKube.Guests;

/// <summary>Where a node's configuration for xl is, whether it exists or not.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Node">The node.</param>
/// <param name="Path">The file.</param>
public sealed record GuestConfigFile(string Cluster, string Node, string Path)
{
    /// <summary><c>CLUSTER/NODE</c>.</summary>
    public string FullName => $"{Cluster}/{Node}";

    /// <summary>The configurations of all clusters.</summary>
    /// <param name="guestsPath">XENDIR/guests.</param>
    public static IReadOnlyList<GuestConfigFile> All(string guestsPath)
    {
        try
        {
            return !Directory.Exists(guestsPath) ? [] :
                [.. Directory.GetDirectories(guestsPath).Order(StringComparer.Ordinal).SelectMany(cluster => Directory.GetFiles(cluster, $"*{XenDirLayout.GuestConfigExtension}").Order(StringComparer.Ordinal)
                    .Where(file => !System.IO.Path.GetFileName(file).StartsWith('.'))
                    .Select(file => new GuestConfigFile(System.IO.Path.GetFileName(cluster), System.IO.Path.GetFileNameWithoutExtension(file), file)))];
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.DirectoryNotReadable, guestsPath, null, e.Message, innerException: e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
