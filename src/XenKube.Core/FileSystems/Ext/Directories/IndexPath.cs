namespace XenKube.FileSystems.Ext.Directories;

/// <summary>The way through a hash index to the leaf that a name belongs into.</summary>
/// <param name="Levels">The root and the nodes below it.</param>
/// <param name="Version">How the index hashes names.</param>
/// <param name="Hash">The hash of the name.</param>
internal sealed record IndexPath(List<IndexLevel> Levels, byte Version, uint Hash)
{
    /// <summary>The number of the leaf within the directory.</summary>
    public long Leaf => Levels[^1].Node.Block(Levels[^1].At);
}
