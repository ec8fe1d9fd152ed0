namespace XenKube;

/// <summary>The machine, a service or an external program did not do what it was asked: a full disk, a failed download, xl's refusal.</summary>
public sealed class OperationFailedException : XenKubeException
{
    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(string, string?, string?, string, string?, Exception?)"/>
    public OperationFailedException(string errorId, string? file, string? place, string reason, string? remedy = null, Exception? innerException = null)
        : base(errorId, file, place, reason, remedy, innerException)
    {
    }
}
