namespace XenKube;

/// <summary>Something that was named literally does not exist: a cluster, a node, a partition, a file in a file system.</summary>
public sealed class ItemNotFoundException : XenKubeException
{
    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(string, string?, string?, string, string?, Exception?)"/>
    public ItemNotFoundException(string errorId, string? file, string? place, string reason, string? remedy = null)
        : base(errorId, file, place, reason, remedy)
    {
    }
}
