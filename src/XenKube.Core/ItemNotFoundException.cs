namespace XenKube;

/// <summary>Something that was named literally does not exist: a cluster, a node, a partition, a file in a file system.</summary>
public sealed class ItemNotFoundException : XenKubeException, IErrorOfKind
{
    /// <inheritdoc/>
    public static ErrorKind KindOfAll => ErrorKind.ObjectNotFound;

    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(ErrorId, string?, string?, string, Remedy?, Exception?)"/>
    public ItemNotFoundException(ErrorId<ItemNotFoundException> id, string? file, string? place, string reason, Remedy? remedy = null)
        : base(id, file, place, reason, remedy)
    {
    }
}
