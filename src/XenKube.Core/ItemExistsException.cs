namespace XenKube;

/// <summary>The thing to be made exists already.</summary>
public sealed class ItemExistsException : XenKubeException, IErrorOfKind
{
    /// <inheritdoc/>
    public static ErrorKind KindOfAll => ErrorKind.ResourceExists;

    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(ErrorId, string?, string?, string, Remedy?, Exception?)"/>
    public ItemExistsException(ErrorId<ItemExistsException> id, string? file, string? place, string reason, Remedy? remedy = null)
        : base(id, file, place, reason, remedy)
    {
    }
}
