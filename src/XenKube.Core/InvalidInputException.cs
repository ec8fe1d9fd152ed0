namespace XenKube;

/// <summary>An argument, a name, a configuration or a document from outside cannot be accepted.</summary>
public sealed class InvalidInputException : XenKubeException, IErrorOfKind
{
    /// <inheritdoc/>
    public static ErrorKind KindOfAll => ErrorKind.InvalidArgument;

    /// <summary>Creates the error.</summary>
    /// <inheritdoc cref="XenKubeException(ErrorId, string?, string?, string, Remedy?, Exception?)"/>
    public InvalidInputException(ErrorId<InvalidInputException> id, string? file, string? place, string reason, Remedy? remedy = null,
        Exception? innerException = null)
        : base(id, file, place, reason, remedy, innerException)
    {
    }
}
