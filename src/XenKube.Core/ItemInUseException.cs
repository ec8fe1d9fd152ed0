namespace XenKube;

/// <summary>An image is locked by another process, mounted, or attached to a running domain, and is therefore left alone.</summary>
public sealed class ItemInUseException : XenKubeException, IErrorOfKind
{
    /// <inheritdoc/>
    public static ErrorKind KindOfAll => ErrorKind.ResourceBusy;

    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(ErrorId, string?, string?, string, Remedy?, Exception?)"/>
    public ItemInUseException(ErrorId<ItemInUseException> id, string? file, string? place, string reason, Remedy? remedy = null)
        : base(id, file, place, reason, remedy)
    {
    }

    /// <summary>The process that uses it; 0 where that is not known.</summary>
    public int ProcessId { get; init; }
}
