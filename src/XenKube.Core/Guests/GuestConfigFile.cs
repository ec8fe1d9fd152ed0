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
            return [.. Clusters(guestsPath).SelectMany(In)];
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.DirectoryNotReadable, guestsPath, null, e.Message, innerException: e);
        }
    }

    /// <summary>The configuration at a path.</summary>
    internal static GuestConfigFile At(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        return new GuestConfigFile(System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(full)) ?? "",
            System.IO.Path.GetFileNameWithoutExtension(full), full);
    }

    /// <summary>The folders of all clusters.</summary>
    /// <param name="guestsPath">XENDIR/guests.</param>
    internal static IReadOnlyList<string> Clusters(string guestsPath) =>
        Directory.Exists(guestsPath) ? [.. Directory.GetDirectories(guestsPath).Order(StringComparer.Ordinal)] : [];

    /// <summary>The configurations of one cluster.</summary>
    /// <param name="cluster">The cluster's folder.</param>
    internal static IEnumerable<GuestConfigFile> In(string cluster) =>
        Directory.GetFiles(cluster, $"*{XenDirLayout.GuestConfigExtension}").Order(NaturalOrder.Instance)
            .Where(file => !System.IO.Path.GetFileName(file).StartsWith('.'))
            .Select(file => new GuestConfigFile(System.IO.Path.GetFileName(cluster), System.IO.Path.GetFileNameWithoutExtension(file),
                file));

    /// <summary>The name of the domain that it makes; null where it cannot be read or has none.</summary>
    internal string? TryReadName()
    {
        try
        {
            return XenGuestConfig.Read(Path).Name;
        }
        catch (XenKubeException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
