namespace XenKube.FileSystems.Ext.Directories;

/// <summary>One block on the way through a hash index.</summary>
/// <param name="node">The index in the block.</param>
/// <param name="physical">The number of the block.</param>
/// <param name="at">The entry that the way goes on by.</param>
/// <param name="isRoot">True for the root.</param>
internal sealed class IndexLevel(IndexNode node, long physical, int at, bool isRoot)
{
    public IndexNode Node => node;

    public long Physical => physical;

    public int At { get; set; } = at;

    public bool IsRoot => isRoot;
}
