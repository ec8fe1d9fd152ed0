namespace XenKube;

/// <summary>What was to be made is there already.</summary>
public sealed class ItemExistsException : XenKubeException
{
    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(string, string?, string?, string, string?, Exception?)"/>
    public ItemExistsException(string errorId, string? file, string? place, string reason, string? remedy = null)
        : base(errorId, file, place, reason, remedy)
    {
    }
}
