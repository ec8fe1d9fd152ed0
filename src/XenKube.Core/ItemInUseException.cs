namespace XenKube;

/// <summary>An image is locked by another process, mounted, or attached to a running domain, and is therefore left alone.</summary>
public sealed class ItemInUseException : XenKubeException
{
    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(string, string?, string?, string, string?, Exception?)"/>
    public ItemInUseException(string errorId, string? file, string? place, string reason, string? remedy = null)
        : base(errorId, file, place, reason, remedy)
    {
    }
}
