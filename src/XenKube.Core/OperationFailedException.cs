namespace XenKube;

/// <summary>
/// The machine, a service or an external program did not do what it was asked: a full disk, a failed download, xl's refusal.
/// </summary>
public sealed class OperationFailedException : XenKubeException, IErrorOfKind
{
    /// <inheritdoc/>
    public static ErrorKind KindOfAll => ErrorKind.OperationStopped;

    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(ErrorId, string?, string?, string, Remedy?, Exception?)"/>
    public OperationFailedException(ErrorId<OperationFailedException> id, string? file, string? place, string reason,
        Remedy? remedy = null, Exception? innerException = null)
        : base(id, file, place, reason, remedy, innerException)
    {
    }
}
